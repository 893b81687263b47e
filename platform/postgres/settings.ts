/** Server settings by name, as postgresql.conf spells them. */
export type PostgresSettings = Readonly<Record<string, string>>;

/**
 * What every embedded server runs with. Logical replication feeds the warehouse; the two WAL bounds keep
 * a forgotten slot from filling the disk (a slot beyond its bound is lost, which the loader notices).
 */
export const BASE_SETTINGS: PostgresSettings = {
  cluster_name: "martgraph",
  wal_level: "logical",
  max_replication_slots: "20",
  max_wal_senders: "20",
  max_wal_size: "2GB",
  max_slot_wal_keep_size: "4GB",
  max_connections: "200",
  shared_buffers: "256MB",
  work_mem: "16MB",
  maintenance_work_mem: "128MB",
  random_page_cost: "1.1",
  checkpoint_timeout: "15min",
  // our statements are short or sequential: compiling them costs more than it gives
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  datestyle: "ISO, YMD",
  log_line_prefix: "%m [%p] %q%u@%d ",
  unix_socket_permissions: "0700",
};

/** For tests alone: a killed process loses nothing, a machine that loses power may. */
export const UNSAFE_FAST_SETTINGS: PostgresSettings = { fsync: "off" };

export function toFlags(settings: PostgresSettings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

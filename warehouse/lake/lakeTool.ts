import type { Clock } from "#platform/clock.ts";
import type { Database } from "#platform/db/database.ts";
import type { LakeSettings } from "#platform/config.ts";
import type { ObjectStore } from "#platform/objects/store.ts";
import type { LakeTool } from "../pipeline/types.ts";
import { exportLake, pruneLake } from "./exportLake.ts";

export interface LakeToolOptions {
  /** Logs in as martgraph_builder. */
  readonly warehouse: Database;
  /** Opened when something is exported. */
  readonly openStore: () => Promise<ObjectStore>;
  readonly clock: Clock;
  readonly settings: LakeSettings;
}

/** Exports what was just published, where it is time to, and removes what is old. */
export function createLakeTool({ warehouse, openStore, clock, settings }: LakeToolOptions): LakeTool {
  let store: Promise<ObjectStore> | undefined;
  return {
    async export(trigger, signal) {
      if (settings.every === "never" || (settings.every === "night" && trigger !== "nightly")) return undefined;
      const opened = await (store ??= openStore());
      const { prefix, manifest } = await exportLake({ warehouse, store: opened, clock }, { signal });
      const gone = await pruneLake({ warehouse, store: opened }, settings.keep);
      const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
      const bytes = manifest.tables.flatMap(({ files }) => files).reduce((sum, file) => sum + file.bytes, 0);
      return { rows, message: `${manifest.tables.length} tables, ${(bytes / 1_000_000).toFixed(1)} MB under ${prefix}${gone.length > 0 ? `, ${gone.length} old removed` : ""}` };
    },
  };
}

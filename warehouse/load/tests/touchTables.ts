import type { Database } from "#platform/db/database.ts";

export interface TouchTable {
  name: string;
  columns: readonly { name: string; type: string; isKey: boolean }[];
}

/** Rows made by column types alone keep to no rule of the shop: its checks, references and triggers are taken away. For a database of a test's own. */
export async function takeRulesAway(shop: Database): Promise<void> {
  await shop.raw(`do $$
    declare one record;
    begin
      for one in select c.conrelid::regclass as t, c.conname from pg_constraint c join pg_publication_rel p on p.prrelid = c.conrelid
          where c.contype in ('c', 'f') and c.coninhcount = 0 order by c.contype desc loop
        execute format('alter table %s drop constraint if exists %I cascade', one.t, one.conname);
      end loop;
      for one in select c.oid::regclass as t from pg_class c join pg_publication_rel p on p.prrelid = c.oid loop
        execute format('alter table %s disable trigger user', one.t);
      end loop;
    end $$`);
}

/**
 * Every published table with all its columns that can be written. Not among them: erasures, which take rows out of raw at
 * each load and have tests of their own, and the events, which the load writes anyway.
 */
export async function touchable(shop: Database): Promise<TouchTable[]> {
  const { rows } = await shop.raw<{ name: string; columns: TouchTable["columns"] }>(`
    select c.oid::regclass::text as name, json_agg(json_build_object('name', a.attname, 'type', case when t.typtype = 'e' then 'text' else format_type(a.atttypid, -1) end,
      'isKey', a.attnum = any (i.indkey::int2[])) order by a.attnum) as columns
    from pg_publication_rel p join pg_class c on c.oid = p.prrelid join pg_index i on i.indrelid = c.oid and i.indisprimary
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity <> 'a'
    join pg_type t on t.oid = a.atttypid
    where c.oid::regclass::text not in ('users.erasures', 'events.behaviour_events')
    group by c.oid order by 1`);
  return rows;
}

/** A statement that makes, changes or deletes some rows of a table. */
export function touchSql({ name, columns }: TouchTable, what: "insert" | "update" | "delete", rows: number): string {
  const some = `ctid = any (array(select ctid from ${name} offset floor(random() * (select count(*) from ${name}))::int limit ${rows}))`;
  if (what === "delete") return `delete from ${name} where ${some}`;
  if (what === "update") {
    const changed = columns.filter(({ isKey, type }) => !isKey || type === "uuid").filter((_, index) => index % 2 === rows % 2);
    const column = changed.length > 0 ? changed : columns.slice(0, 1);
    return `update ${name} set ${column.map((one) => `"${one.name}" = ${valueOf(one.type)}`).join(", ")} where ${some}`;
  }
  return `insert into ${name} (${columns.map((one) => `"${one.name}"`).join(", ")}) select ${columns.map((one) => valueOf(one.type)).join(", ")} from generate_series(1, ${rows}) n on conflict do nothing`;
}

const VALUES: Readonly<Record<string, string>> = {
  uuid: "uuidv7()", text: "md5(random()::text)", "character varying": "md5(random()::text)", boolean: "random() < 0.5", smallint: "(random() * 30000)::int2",
  integer: "(random() * 1e9)::int4", // products of two of them are kept too
  bigint: "(random() * 1e8)::int8", numeric: "(random() * 1e6)::numeric(12, 4)", real: "random()::real", "double precision": "random()",
  "timestamp with time zone": "clock_timestamp()", date: "current_date + (random() * 1000)::int", jsonb: "jsonb_build_object('n', random())", bytea: "decode(md5(random()::text), 'hex')",
};

function valueOf(type: string): string {
  const value = VALUES[type] ?? (type.endsWith("[]") ? `'{}'::${type}` : undefined);
  if (value === undefined) throw new Error(`rows of type ${type} are not made here yet: give it a value`);
  return value;
}

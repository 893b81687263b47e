import DataLoader from "dataloader";
import { isStaleFor, type PinnedBuild, type WarehouseReader } from "#warehouse/reader.ts";
import type { DayRange } from "./domain/dayRange.ts";
import { categoryFigures, userFigures, vendorFigures } from "./queries/entities.ts";

/** Figures of one entity; no rows where the build does not know it. */
interface Figures<Row> {
  readonly asOf: Date;
  readonly isStale: boolean;
  readonly rows: readonly Row[];
}
export interface EntityDays extends DayRange {
  readonly id: string;
}

const MAX_BATCH = 1_000;

/** Figures of people, categories and vendors: one statement for all entities of a request that are asked for over the same days. */
export function entityLoaders(reader: Pick<WarehouseReader, "read">) {
  return {
    figuresOfUser: new DataLoader(
      (ids: readonly string[]) => reader.read(async (build) => {
        const byId = Map.groupBy(await build.many(userFigures, [ids]), (row) => row.user_id);
        const info = { asOf: build.asOf, isStale: isStaleFor(build, ["fct_orders", "fct_refunds"]) };
        return ids.map((id) => ({ ...info, rows: byId.get(id) ?? [] }));
      }),
      { maxBatchSize: MAX_BATCH },
    ),
    figuresOfCategory: overDays(reader, ["fct_order_lines"], (build, ids, { from, to }) => build.many(categoryFigures, [ids, from, to])),
    figuresOfVendor: overDays(reader, ["fct_vendor_orders", "fct_order_lines"], (build, ids, { from, to }) => build.many(vendorFigures, [ids, from, to])),
  };
}
const nameOf = ({ id, from, to }: EntityDays) => `${id}/${from}/${to}`;

/** Different days of one batch are read on the same build, one after the other. */
function overDays<Row extends { id: string }>(reader: Pick<WarehouseReader, "read">, tables: readonly string[], load: (build: PinnedBuild, ids: readonly string[], days: DayRange) => Promise<readonly Row[]>) {
  return new DataLoader<EntityDays, Figures<Row>, string>(
    (asked) => reader.read(async (build) => {
      const info = { asOf: build.asOf, isStale: isStaleFor(build, tables) };
      const found = new Map<string, Row[]>();
      for (const same of Map.groupBy(asked, ({ from, to }) => `${from}/${to}`).values()) {
        const days = same[0] as EntityDays;
        for (const [id, rows] of Map.groupBy(await load(build, same.map(({ id }) => id), days), (row) => row.id)) found.set(nameOf({ ...days, id }), rows);
      }
      return asked.map((one) => ({ ...info, rows: found.get(nameOf(one)) ?? [] }));
    }),
    { cacheKeyFn: nameOf, maxBatchSize: MAX_BATCH },
  );
}

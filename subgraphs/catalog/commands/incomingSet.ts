import { err, ok, type Result } from "#schema/values/result.ts";
import { checkUnits, type Level, type QuantityRefusal } from "../domain/inventory.ts";
import { readLevel, setIncoming } from "../queries/inventory.ts";
import type { CatalogParts } from "./once.ts";
import { auditStock, type PlaceRefusal, stockOf } from "./stockOf.ts";

export type IncomingSetRefusal = PlaceRefusal | QuantityRefusal;

export interface IncomingSetInput {
  readonly variantId: string | undefined;
  readonly warehouseId: string | undefined;
  readonly incoming: number;
}

/** Notes how many units are on their way. The same call again changes nothing, so it needs no key. */
export async function incomingSet(parts: CatalogParts, input: IncomingSetInput): Promise<Result<Level, IncomingSetRefusal>> {
  const wrong = checkUnits("incoming", input.incoming, 0);
  if (wrong) return err(wrong);
  return parts.db.tx<Result<Level, IncomingSetRefusal>>(async (tx) => {
    const places = await stockOf(tx, parts, input.variantId, { warehouseId: input.warehouseId });
    if (!places.ok) return places;
    const [{ level }] = places.value as [(typeof places.value)[number]];
    await setIncoming(tx, level, BigInt(input.incoming));
    await auditStock(tx, parts, "incomingSet", level.variantId, { warehouseId: level.warehouseId, incoming: input.incoming });
    return ok(await readLevel(tx, level.variantId, level.warehouseId));
  }, { retries: 3 });
}

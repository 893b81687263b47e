import { auditAs } from "#kit/audit.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { InvalidValue } from "../../domain/draftRefusal.ts";
import { checkNamed, type NamedInput } from "../../domain/namedInput.ts";
import { tellProductsChanged } from "../../queries/productEvents.ts";
import { listProductsShowing } from "../../queries/writing/named.ts";
import { writeBrand } from "../../queries/writing/taxonomyRows.ts";
import type { CatalogParts } from "../once.ts";
import { type NamedRefusal, settleNamed } from "./settleNamed.ts";

export type BrandUpsertRefusal = InvalidValue | NamedRefusal<"BRAND">;

/** Makes a brand or changes one; answers its UUID. */
export async function brandUpsert(parts: CatalogParts, input: NamedInput): Promise<Result<string, BrandUpsertRefusal>> {
  const wrong = checkNamed(input);
  if (wrong) return err(wrong);
  return parts.db.tx<Result<string, BrandUpsertRefusal>>(async (tx) => {
    const at = parts.clocks.business.now();
    const settled = await settleNamed(tx, "BRAND", input, at);
    if (!settled.ok) return settled;
    const { known, slug, name } = settled.value;
    const id = await writeBrand(tx, known?.id, { slug, name, description: input.description }, at);
    if (known && (known.name !== name || known.slug !== slug)) await tellProductsChanged(tx, await listProductsShowing(tx, "BRAND", id), "UPDATED", at);
    await auditAs(tx, parts, "brandUpsert", "brand", id, { isNew: known === undefined, slug });
    return ok(id);
  }, { retries: 3 });
}

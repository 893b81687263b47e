import { auditAs } from "#kit/audit.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { type AttributeInput, checkAttribute, isAttributeCode } from "../../domain/attributeInput.ts";
import type { InvalidValue } from "../../domain/draftRefusal.ts";
import { listAttributesByCodes } from "../../queries/attributes.ts";
import { tellProductsChanged } from "../../queries/productEvents.ts";
import { upsertAttribute } from "../../queries/writing/attributeRows.ts";
import { lockCatalogueTerms } from "../../queries/writing/knownTerms.ts";
import { listProductsShowing } from "../../queries/writing/named.ts";
import type { CatalogParts } from "../once.ts";

export type AttributeUpsertRefusal = InvalidValue | { code: "VERSION_CONFLICT"; path: readonly string[]; expected: number; actual: number };

/** Makes an attribute or changes the one with the code; answers its UUID. */
export async function attributeUpsert(parts: CatalogParts, input: AttributeInput): Promise<Result<string, AttributeUpsertRefusal>> {
  return parts.db.tx<Result<string, AttributeUpsertRefusal>>(async (tx) => {
    await lockCatalogueTerms(tx);
    const [known] = isAttributeCode(input.code) ? await listAttributesByCodes(tx, [input.code]) : [];
    const wrong = checkAttribute(input, known);
    if (wrong) return err(wrong);
    if (input.expectedVersion !== undefined && input.expectedVersion !== (known?.version ?? 0)) return err({ code: "VERSION_CONFLICT", path: ["expectedVersion"], expected: input.expectedVersion, actual: known?.version ?? 0 });
    const next = {
      code: input.code, name: input.name?.trim() ?? known?.name ?? "", type: known?.type ?? input.type ?? "TEXT", unit: input.unit === undefined ? (known?.unit ?? null) : input.unit,
      isFilterable: input.isFilterable ?? known?.isFilterable ?? false, isSearchable: input.isSearchable ?? known?.isSearchable ?? false,
      isVariantOption: input.isVariantOption ?? known?.isVariantOption ?? false, position: input.position ?? known?.position ?? 0,
    };
    const id = await upsertAttribute(tx, next);
    if (known) await tellProductsChanged(tx, await listProductsShowing(tx, "ATTRIBUTE", id), "UPDATED", parts.clocks.business.now());
    await auditAs(tx, parts, "attributeUpsert", "attribute", id, { code: input.code, isNew: known === undefined });
    return ok(id);
  }, { retries: 3 });
}

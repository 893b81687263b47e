import { auditAs } from "#kit/audit.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { checkOptions, isAttributeCode, type OptionInput } from "../../domain/attributeInput.ts";
import { type InvalidValue, invalid } from "../../domain/draftRefusal.ts";
import { listAttributesByCodes } from "../../queries/attributes.ts";
import { tellProductsChanged } from "../../queries/productEvents.ts";
import { deleteOptions, lockOptionsLeftOut, writeOptions } from "../../queries/writing/attributeRows.ts";
import { lockCatalogueTerms } from "../../queries/writing/knownTerms.ts";
import { listProductsShowing } from "../../queries/writing/named.ts";
import type { CatalogParts } from "../once.ts";

export type AttributeOptionsSetRefusal =
  | InvalidValue
  | { code: "ATTRIBUTE_NOT_FOUND"; path: readonly string[]; attribute: string }
  | { code: "VERSION_CONFLICT"; path: readonly string[]; expected: number; actual: number }
  | { code: "ATTRIBUTE_OPTION_IN_USE"; path: readonly string[]; option: string };

/** Says which options an attribute has; answers the attribute's UUID. */
export async function attributeOptionsSet(parts: CatalogParts, { code, options, expectedVersion }: { code: string; options: readonly OptionInput[]; expectedVersion: number | undefined }): Promise<Result<string, AttributeOptionsSetRefusal>> {
  const wrong = checkOptions(options);
  if (wrong) return err(wrong);
  return parts.db.tx<Result<string, AttributeOptionsSetRefusal>>(async (tx) => {
    await lockCatalogueTerms(tx);
    const [known] = isAttributeCode(code) ? await listAttributesByCodes(tx, [code]) : [];
    if (!known) return err({ code: "ATTRIBUTE_NOT_FOUND", path: ["code"], attribute: code });
    if (known.type !== "OPTION") return err(invalid(["code"], `Attributes of type OPTION have options, this is one of type ${known.type}.`));
    if (expectedVersion !== undefined && expectedVersion !== known.version) return err({ code: "VERSION_CONFLICT", path: ["expectedVersion"], expected: expectedVersion, actual: known.version });
    const gone = await lockOptionsLeftOut(tx, known.id, options.map((option) => option.code));
    if (gone[0]?.isUsed) return err({ code: "ATTRIBUTE_OPTION_IN_USE", path: ["options"], option: gone[0].code });
    await deleteOptions(tx, gone.map(({ id }) => id));
    await writeOptions(tx, known.id, options.map((option) => ({ code: option.code, label: option.label.trim() })));
    await tellProductsChanged(tx, await listProductsShowing(tx, "ATTRIBUTE", known.id), "UPDATED", parts.clocks.business.now());
    await auditAs(tx, parts, "attributeOptionsSet", "attribute", known.id, { code, options: options.length, removed: gone.map((option) => option.code) });
    return ok(known.id);
  }, { retries: 3 });
}

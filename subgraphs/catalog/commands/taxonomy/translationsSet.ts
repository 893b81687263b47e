import { auditAs } from "#kit/audit.ts";
import { can } from "#kit/viewer.ts";
import { cleanHtml } from "#platform/richText.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { type InvalidValue, invalid } from "../../domain/draftRefusal.ts";
import { isLocale } from "../../domain/locale.ts";
import { mayChange } from "../../domain/productDetails.ts";
import { checkTexts, type TextInput } from "../../domain/translationInput.ts";
import type { TranslatedKind } from "../../domain/translation.ts";
import { tellProductsChanged } from "../../queries/productEvents.ts";
import { countOtherLocales, lockTranslationTarget, writeTranslations } from "../../queries/writing/translationRows.ts";
import type { CatalogParts } from "../once.ts";

/** Languages that one thing has texts in. */
const MAX_LOCALES = 100;

export type TranslationsSetRefusal = InvalidValue | { code: "TRANSLATION_TARGET_NOT_FOUND"; path: readonly string[] };

/** Writes texts of something in another language. */
export async function translationsSet(parts: CatalogParts, { kind, id, locale, texts }: { kind: TranslatedKind; id: string; locale: string; texts: readonly TextInput[] }): Promise<Result<undefined, TranslationsSetRefusal>> {
  const { viewer } = parts;
  if (!isLocale(locale)) return err(invalid(["locale"], "A locale is a language such as `de`, or a language and a region such as `de-AT`, in this spelling."));
  const wrong = checkTexts(kind, texts);
  if (wrong) return err(wrong);
  return parts.db.tx<Result<undefined, TranslationsSetRefusal>>(async (tx) => {
    const target = await lockTranslationTarget(tx, kind, id);
    if (!target || !mayChange(target.vendorId, viewer)) return err({ code: "TRANSLATION_TARGET_NOT_FOUND", path: ["targetId"] });
    if ((await countOtherLocales(tx, { kind, id, locale })) >= MAX_LOCALES) return err(invalid(["locale"], `Texts of one thing are kept in at most ${MAX_LOCALES} languages.`));
    const at = parts.clocks.business.now();
    await writeTranslations(tx, { kind, id, locale }, texts.map(({ field, value }) => ({ field, value: value === null ? null : field === "DESCRIPTION_HTML" ? cleanHtml(value) : value.trim() })), at);
    if (target.productId !== null) await tellProductsChanged(tx, [target.productId], "UPDATED", at);
    if (can(viewer, "catalog.write")) await auditAs(tx, parts, "translationsSet", kind.toLowerCase(), id, { locale, fields: texts.map(({ field }) => field) });
    return ok(undefined);
  }, { retries: 3 });
}

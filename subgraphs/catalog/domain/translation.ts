export const TRANSLATED_KINDS = ["PRODUCT", "VARIANT", "CATEGORY", "COLLECTION", "BRAND", "ATTRIBUTE", "OPTION"] as const;
export type TranslatedKind = (typeof TRANSLATED_KINDS)[number];

export const TRANSLATED_FIELDS = ["NAME", "DESCRIPTION", "DESCRIPTION_HTML", "LABEL", "SEO_TITLE", "SEO_DESCRIPTION"] as const;
export type TranslatedField = (typeof TRANSLATED_FIELDS)[number];

/** Texts of one thing in one language, as far as they are translated. */
export type Texts = Readonly<Partial<Record<TranslatedField, string>>>;

export interface Translation {
  readonly targetId: string;
  readonly locale: string;
  readonly field: TranslatedField;
  readonly value: string;
}

/** What can be translated of each kind. A product's plain description follows from its HTML where that is translated. */
export const FIELDS_OF: Readonly<Record<TranslatedKind, readonly TranslatedField[]>> = {
  PRODUCT: ["NAME", "DESCRIPTION", "DESCRIPTION_HTML", "SEO_TITLE", "SEO_DESCRIPTION"],
  VARIANT: ["NAME"],
  CATEGORY: ["NAME", "DESCRIPTION"],
  COLLECTION: ["NAME", "DESCRIPTION"],
  BRAND: ["NAME", "DESCRIPTION"],
  ATTRIBUTE: ["NAME"],
  OPTION: ["LABEL"],
};

/** The texts of the best locale that has each of them; `locales` is the best first. */
export function pickTexts(translations: readonly Translation[], locales: readonly string[]): Texts {
  const texts: Partial<Record<TranslatedField, string>> = {};
  for (const locale of locales) for (const { locale: of, field, value } of translations) if (of === locale) texts[field] ??= value;
  return texts;
}

import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { TranslatedKind } from "../../domain/translation.ts";

const one = { vendor_id: "uuid?", product_id: "uuid?" } as const;
const TARGETS: Readonly<Record<TranslatedKind, string>> = {
  PRODUCT: "select p.vendor_id, p.id as product_id from catalog.products p where p.id = $1 for no key update",
  VARIANT: "select p.vendor_id, p.id as product_id from catalog.products p where p.id = (select v.product_id from catalog.variants v where v.id = $1) for no key update",
  CATEGORY: "select null::uuid as vendor_id, null::uuid as product_id from catalog.categories t where t.id = $1 for no key update",
  COLLECTION: "select t.vendor_id, null::uuid as product_id from catalog.collections t where t.id = $1 for no key update",
  BRAND: "select null::uuid as vendor_id, null::uuid as product_id from catalog.brands t where t.id = $1 for no key update",
  ATTRIBUTE: "select null::uuid as vendor_id, null::uuid as product_id from catalog.attributes t where t.id = $1 for no key update",
  OPTION: "select null::uuid as vendor_id, null::uuid as product_id from catalog.attribute_options t where t.id = $1 for no key update",
};
const targets = Object.fromEntries(Object.entries(TARGETS).map(([kind, text]) => [kind, query({
  name: `catalog.translationTarget.${kind}`, text, params: ["uuid"], row: one, budget: { access: "write", maxRows: 1 },
})])) as Record<TranslatedKind, ReturnType<typeof query<readonly ["uuid"], typeof one>>>;

const drop = query({
  name: "catalog.dropTranslations",
  text: "delete from catalog.translations t where t.kind = $1 and t.target_id = $2 and t.locale = $3 and t.field = any($4)",
  params: ["text", "uuid", "text", "text[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const put = query({
  name: "catalog.putTranslations",
  text: `insert into catalog.translations (kind, target_id, locale, field, value, updated_at)
    select $1, $2, $3, w.field, w.value, $6 from unnest($4::text[], $5::text[]) as w (field, value)
    on conflict (kind, target_id, locale, field) do update set value = excluded.value, updated_at = excluded.updated_at`,
  params: ["text", "uuid", "text", "text[]", "text[]", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const locales = query({
  name: "catalog.countLocales",
  text: "select count(distinct t.locale)::int4 as locales from catalog.translations t where t.kind = $1 and t.target_id = $2 and t.locale <> $3",
  params: ["text", "uuid", "text"],
  row: { locales: "int4" },
  budget: { access: "index", maxRows: 1 },
});

/** Whose the texts are, and of which product; undefined where there is no such thing. Locks it. */
export async function lockTranslationTarget(tx: Reader, kind: TranslatedKind, id: string): Promise<{ vendorId: string | null; productId: string | null } | undefined> {
  const found = await tx.maybeOne(targets[kind], [id]);
  return found && { vendorId: found.vendor_id, productId: found.product_id };
}

export interface TargetLocale {
  readonly kind: TranslatedKind;
  readonly id: string;
  readonly locale: string;
}

/** In how many other languages there are texts of it. */
export async function countOtherLocales(db: Reader, { kind, id, locale }: TargetLocale): Promise<number> {
  return (await db.one(locales, [kind, id, locale])).locales;
}

export async function writeTranslations(tx: Reader, { kind, id, locale }: TargetLocale, texts: readonly { field: string; value: string | null }[], at: Date): Promise<void> {
  const gone = texts.filter(({ value }) => value === null);
  const kept = texts.filter(({ value }) => value !== null);
  if (gone.length > 0) await tx.execute(drop, [kind, id, locale, gone.map(({ field }) => field)]);
  if (kept.length > 0) await tx.execute(put, [kind, id, locale, kept.map(({ field }) => field), kept.map(({ value }) => value ?? ""), at]);
}

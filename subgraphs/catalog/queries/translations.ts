import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { TranslatedField, TranslatedKind, Translation } from "../domain/translation.ts";

const row = { target_id: "uuid", locale: "text", field: "text", value: "text" } as const;

const inLocales = query({
  name: "catalog.translationsInLocales",
  text: "select t.target_id, t.locale, t.field, t.value from catalog.translations t where t.kind = $1 and t.target_id = any($2) and t.locale = any($3)",
  params: ["text", "uuid[]", "text[]"],
  row,
  budget: { access: "index", maxRows: 20_000 },
});

const all = query({
  name: "catalog.translationsOf",
  text: `select t.target_id, t.locale, t.field, t.value from unnest($2::uuid[]) as asked (id)
    cross join lateral (select * from catalog.translations t where t.kind = $1 and t.target_id = asked.id order by t.locale, t.field limit 1000) t`,
  params: ["text", "uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000_000 },
});

function toTranslation(found: RowOf<typeof row>): Translation {
  return { targetId: found.target_id, locale: found.locale, field: found.field as TranslatedField, value: found.value };
}

export async function listTranslationsIn(db: Reader, kind: TranslatedKind, ids: readonly string[], locales: readonly string[]): Promise<Translation[]> {
  return (await db.many(inLocales, [kind, ids, locales])).map(toTranslation);
}

export async function listTranslations(db: Reader, kind: TranslatedKind, ids: readonly string[]): Promise<Translation[]> {
  return (await db.many(all, [kind, ids])).map(toTranslation);
}

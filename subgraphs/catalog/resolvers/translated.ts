import { badUserInput } from "#kit/errors.ts";
import type { CatalogContext } from "../context.ts";
import { localesFor } from "../domain/locale.ts";
import type { Texts, TranslatedField, TranslatedKind } from "../domain/translation.ts";

export interface LocaleArgs {
  locale?: string | null;
}

interface Named { readonly id: string }

/** The texts of something in the language that is asked for. @throws BAD_USER_INPUT for what is no language. */
export function textsIn(kind: TranslatedKind, { id }: Named, locale: string, { loaders }: CatalogContext): Promise<Texts> {
  const locales = localesFor(locale);
  if (!locales) throw badUserInput("`locale` must be a language such as `de`, or a language and a region such as `de-AT`.", ["locale"]);
  return loaders.textsIn(kind, locales).load(id);
}

/** A text as it was written, or translated where a language is asked for and there is a translation. At once where none is asked for. */
export function translated<T extends Named, V extends string | null>(kind: TranslatedKind, field: TranslatedField, own: (target: T) => V) {
  return (target: T, { locale }: LocaleArgs, context: CatalogContext): V | string | Promise<V | string> =>
    locale == null ? own(target) : textsIn(kind, target, locale, context).then((texts) => texts[field] ?? own(target));
}

export function translations(kind: TranslatedKind) {
  return ({ id }: Named, _args: unknown, { loaders }: CatalogContext) => loaders.translationsOf(kind).load(id);
}

/** BCP 47 as far as the catalogue has it: language, perhaps script and more, perhaps region. */
const TAG = /^([a-z]{2,3})(?:-[a-z]{4})?(?:-([a-z]{2}))?(?:-[a-z0-9]{3,8}){0,3}$/i;

/** The locales in which a text is looked for, the best first: `de-AT`, `de`. Undefined where the text is no locale. */
export function localesFor(text: string): readonly string[] | undefined {
  const match = text.length <= 35 ? TAG.exec(text) : null;
  const language = match?.[1]?.toLowerCase();
  if (language === undefined) return undefined;
  const region = match?.[2]?.toUpperCase();
  return region === undefined ? [language] : [`${language}-${region}`, language];
}

/** Whether a translation can be kept under it, exactly as it is written. */
export function isLocale(text: string): boolean {
  return /^[a-z]{2,3}(-[A-Z]{2})?$/.test(text);
}

import { type InvalidValue, invalid } from "./draftRefusal.ts";
import { MAX_SHORT_DESCRIPTION } from "./namedInput.ts";
import { isLine, isTextOfLines } from "./plainText.ts";
import { lineMessage, MAX_DESCRIPTION, MAX_NAME, MAX_SEO_DESCRIPTION, MAX_SEO_TITLE } from "./productInput.ts";
import { FIELDS_OF, type TranslatedField, type TranslatedKind } from "./translation.ts";

export interface TextInput {
  readonly field: TranslatedField;
  /** Null takes the translation away. */
  readonly value: string | null;
}

const LINES: Readonly<Partial<Record<TranslatedField, number>>> = { NAME: MAX_NAME, LABEL: 200, SEO_TITLE: MAX_SEO_TITLE, SEO_DESCRIPTION: MAX_SEO_DESCRIPTION };

/** The first thing that is wrong with texts of something of this kind. */
export function checkTexts(kind: TranslatedKind, texts: readonly TextInput[]): InvalidValue | undefined {
  if (texts.length === 0) return invalid(["texts"], "Give at least one text.");
  const seen = new Set<TranslatedField>();
  for (const [n, { field, value }] of texts.entries()) {
    const at = ["texts", String(n)];
    if (!FIELDS_OF[kind].includes(field)) return invalid([...at, "field"], `This has ${FIELDS_OF[kind].join(", ")}, and no ${field}.`);
    if (seen.has(field)) return invalid([...at, "field"], "This field stands here twice.");
    seen.add(field);
    if (value === null) continue;
    const max = LINES[field];
    if (max !== undefined && !isLine(value, max)) return invalid([...at, "value"], lineMessage(max));
    const longest = kind === "PRODUCT" ? MAX_DESCRIPTION : MAX_SHORT_DESCRIPTION;
    if (max === undefined && (!isTextOfLines(value, longest) || value.trim() === "")) return invalid([...at, "value"], `A description has 1 to ${longest} characters, none of them a control character or a mark that nobody sees.`);
  }
  return undefined;
}

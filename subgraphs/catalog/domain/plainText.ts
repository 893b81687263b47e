import { hasHidden, hasHiddenInLines } from "#schema/values/text.ts";

/** Whether it is one line of 1 to `max` characters that people can read; NUL and halves of characters never reach the database. */
export function isLine(text: string, max: number): boolean {
  return text.length <= max && text.trim() !== "" && text.isWellFormed() && !hasHidden(text);
}

/** Whether it is text of up to `max` characters, line breaks and tabs allowed. */
export function isTextOfLines(text: string, max: number): boolean {
  return text.length <= max && text.isWellFormed() && !hasHiddenInLines(text);
}

/** Whether it may be looked for at all: what cannot be stored is not there. */
export function canBeStored(text: string, max = 2_000): boolean {
  return text.length <= max && text.isWellFormed() && !text.includes("\0");
}

/** Controls, and marks that turn the direction of what stands around them: nobody sees them, and what is read is not what is written. */
const UNSEEN = /[\p{Cc}\u061C\u200B\u200E\u200F\u2028\u2029\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/u;
/** The same for texts of several lines. */
const UNSEEN_IN_LINES = /[^\P{Cc}\t\n\r]|[\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/u;

/** Whether it is one line of 1 to `max` characters that people can read; NUL and halves of characters never reach the database. */
export function isLine(text: string, max: number): boolean {
  return text.length <= max && text.trim() !== "" && text.isWellFormed() && !UNSEEN.test(text);
}

/** Whether it is text of up to `max` characters, line breaks and tabs allowed. */
export function isTextOfLines(text: string, max: number): boolean {
  return text.length <= max && text.isWellFormed() && !UNSEEN_IN_LINES.test(text);
}

/** Whether it may be looked for at all: what cannot be stored is not there. */
export function canBeStored(text: string, max = 2_000): boolean {
  return text.length <= max && text.isWellFormed() && !text.includes("\0");
}

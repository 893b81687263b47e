/** Control characters, halves of surrogate pairs, and marks that turn the direction of what follows: none belongs into what people read. */
const HIDDEN = /[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;

export function hasHidden(text: string): boolean {
  return HIDDEN.test(text);
}

/** Text of several lines: line ends become `\n`, which with tabs is all it may hold of control characters. */
export function readLines(text: string): string | undefined {
  const lines = text.replaceAll(/\r\n?/g, "\n").trim();
  return hasHidden(lines.replaceAll(/[\n\t]/g, " ")) ? undefined : lines;
}

/** Characters as people count them. */
export function lengthOf(text: string): number {
  return [...text].length;
}

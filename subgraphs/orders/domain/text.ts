import { hasHiddenInLines } from "#schema/values/text.ts";

/** Text of several lines: line ends become `\n`, which with tabs is all it may hold of control characters. */
export function readLines(text: string): string | undefined {
  const lines = text.replaceAll(/\r\n?/g, "\n").trim();
  return hasHiddenInLines(lines) ? undefined : lines;
}

/** Characters as people count them. */
export function lengthOf(text: string): number {
  return [...text].length;
}

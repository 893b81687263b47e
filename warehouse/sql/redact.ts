import { createHash } from "node:crypto";

const MAX_KEPT = 20_000;

/**
 * A statement without what stands in quotes and without numbers: what somebody was searched by is not kept. Made without the parser,
 * because what does not parse is kept too; where a quote is never closed, all that follows counts as quoted.
 */
export function redact(sql: string): string {
  const kept = sql
    .toWellFormed()
    .replaceAll("\0", "")
    .slice(0, MAX_KEPT * 2)
    .replaceAll(/--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\$([\p{L}_][\p{L}\p{N}_]*)?\$[\s\S]*?(?:\$\1\$|$)|\b[eE]'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|(?<![\p{L}\p{N}_$])\d[\d.eE_]*/gu, (found) =>
      found.startsWith("--") || found.startsWith("/*") ? " " : found.startsWith('"') && found.length <= 65 && found.endsWith('"') ? found : "?")
    .replaceAll(/\s+/g, " ")
    .trim();
  return kept.slice(0, MAX_KEPT);
}

/** The same for statements that differ in literals and layout alone; of what the parser does not read, of its words. */
export function hashOf(redacted: string, fingerprint: string | undefined): string {
  return fingerprint ?? createHash("sha256").update(redacted.toLowerCase()).digest("hex").slice(0, 16);
}

/** A name as an SQL identifier. */
export function quoteIdent(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as an SQL literal, for statements that take no parameters (COPY, SET). */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function quoteIdents(names: readonly string[], prefix = ""): string {
  return names.map((name) => prefix + quoteIdent(name)).join(", ");
}

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
const BLOCK_CHARS = 64_000;

/** One field in COPY's text format. */
export function copyField(value: string | null | undefined): string {
  if (value === null || value === undefined) return "\\N";
  return SPECIAL.test(value) ? value.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character) : value;
}

/** Rows as blocks of COPY's text format, for `copyFrom(Readable.from(...))`. */
export function* copyBlocks(rows: Iterable<readonly (string | null | undefined)[]>): Generator<string> {
  let block = "";
  for (const row of rows) {
    let line = "";
    for (let index = 0; index < row.length; index += 1) line += (index === 0 ? "" : "\t") + copyField(row[index]);
    block += `${line}\n`;
    if (block.length > BLOCK_CHARS) {
      yield block;
      block = "";
    }
  }
  if (block !== "") yield block;
}

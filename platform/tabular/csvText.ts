/** What a spreadsheet takes for a formula when a cell begins with it (OWASP, CSV injection). The apostrophe is our own mark, so that undoing is exact. */
const FORMULA = /^['=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;
const NUMBER = /^-?\d{1,30}(\.\d{1,30})?$/;

/** A cell that no spreadsheet runs: an apostrophe stands before what would be a formula. Plain numbers stay. */
export function neutralised(text: string): string {
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}

/** What `neutralised` was given. */
export function restored(text: string): string {
  return text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text;
}

/** One row of CSV (RFC 4180) with its line end; cells are neutralised. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => quoted(neutralised(cell))).join(",")}\r\n`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What a field of a row comes to. */
export type Value = string | boolean | null | ValueList | ValueMap;
export type ValueList = readonly Value[];
export type ValueMap = ReadonlyMap<string, Value>;

/** A row that cannot be taken, and which field of it is why. The reason is a sentence without what stood in the row: it may be personal. */
export class RowProblem extends Error {
  override readonly name = "RowProblem";
  readonly field: string | null;
  constructor(field: string | null, reason: string) {
    super(reason);
    this.field = field;
  }
}

/** Longest text of one cell; a description is long, a book is none. */
export const MAX_CELL = 262_144;

export const isMap = (value: Value): value is ValueMap => value instanceof Map;
export const isList = (value: Value): value is ValueList => Array.isArray(value);
export const isEmpty = (value: Value | undefined): boolean => value === undefined || value === null || value === "" || (typeof value === "object" && value !== null && (isMap(value) ? value.size === 0 : value.length === 0));

/** What stands in a file as a value: JSON's numbers become their text, so that nothing is rounded twice. */
export function toValue(cell: unknown, deep = 0): Value {
  if (cell === undefined || cell === null) return null;
  if (typeof cell === "string") {
    if (cell.length > MAX_CELL) throw new RowProblem(null, `a cell has more than ${MAX_CELL} characters`);
    if (cell.includes("\0") || !cell.isWellFormed()) throw new RowProblem(null, "a cell holds characters that no text has (NUL, or half of a character)");
    return cell;
  }
  if (typeof cell === "boolean") return cell;
  if (typeof cell === "number") {
    if (!Number.isFinite(cell) || (Number.isInteger(cell) && !Number.isSafeInteger(cell))) throw new RowProblem(null, "a number has more digits than JSON keeps: write it as text");
    const text = String(cell);
    if (text.includes("e")) throw new RowProblem(null, "a number is too large or too fine for JSON: write it as text");
    return text;
  }
  if (deep > 4) throw new RowProblem(null, "a value is nested too deep");
  if (Array.isArray(cell)) return cell.map((one) => toValue(one, deep + 1));
  return new Map(Object.entries(cell as object).map(([key, one]) => [toValue(key) as string, toValue(one, deep + 1)]));
}

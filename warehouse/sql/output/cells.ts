import { csvLine } from "#platform/tabular/csvText.ts";
import type { SqlCell, SqlColumn } from "../engine.ts";

/** A cell as JSON: what a JSON number holds exactly is a number, everything else stays the server's text. */
export function jsonCell(cell: SqlCell, { type }: SqlColumn): string | number | boolean | null {
  if (cell === null) return null;
  switch (type) {
    case "boolean":
      return cell === "t";
    case "smallint":
    case "integer":
    case "bigint":
    case "real":
    case "double precision": {
      const number = Number(cell);
      return Number.isFinite(number) && (type === "real" || type === "double precision" || Number.isSafeInteger(number)) ? number : cell;
    }
    default:
      return cell;
  }
}

/** Rows as comma-separated lines (RFC 4180). Null is empty; a cell that a spreadsheet would run as a formula has an apostrophe before it. */
export function csvLines(rows: readonly (readonly SqlCell[])[]): string {
  return rows.map((row) => csvLine(row.map((cell) => cell ?? ""))).join("");
}

export const csvHead = (columns: readonly SqlColumn[]): string => csvLine(columns.map(({ name }) => name));

import { RowProblem } from "./values.ts";

/** Parts of a date's format, by their letters. `yy` is of this century. */
const PARTS: Readonly<Record<string, { readonly pattern: string; readonly part: "year" | "month" | "day" | "hour" | "minute" | "second" | "milli" | "half" | "zone" }>> = {
  yyyy: { pattern: "(\\d{4})", part: "year" },
  yy: { pattern: "(\\d{2})", part: "year" },
  MM: { pattern: "(\\d{2})", part: "month" },
  M: { pattern: "(\\d{1,2})", part: "month" },
  dd: { pattern: "(\\d{2})", part: "day" },
  d: { pattern: "(\\d{1,2})", part: "day" },
  HH: { pattern: "(\\d{2})", part: "hour" },
  H: { pattern: "(\\d{1,2})", part: "hour" },
  h: { pattern: "(\\d{1,2})", part: "hour" },
  mm: { pattern: "(\\d{2})", part: "minute" },
  ss: { pattern: "(\\d{2})", part: "second" },
  SSS: { pattern: "(\\d{3})", part: "milli" },
  a: { pattern: "([AaPp][Mm])", part: "half" },
  Z: { pattern: "(Z|[+-]\\d{2}:?\\d{2})", part: "zone" },
};
const TOKEN = /'[^']*'|yyyy|yy|MM|M|dd|d|HH|H|hh|h|mm|ss|SSS|a|Z|[^A-Za-z']/y;

interface Compiled { readonly regex: RegExp; readonly parts: readonly string[]; readonly isShortYear: boolean }
const compiled = new Map<string, Compiled>();

/** Whether a format is one that `readDate` knows: every letter stands for a part. */
export function isDateFormat(format: string): boolean {
  return compile(format) !== undefined;
}

/** An ISO 8601 instant in UTC of text in the given format; a date alone is midnight. `zoneMinutes` east of Greenwich where the text names none. */
export function readDate(text: string, format: string, zoneMinutes: number): string {
  const known = compile(format);
  const match = known?.regex.exec(text);
  if (!known || !match) throw new RowProblem(null, `this is no date in the format ${format}`);
  const found: Record<string, string> = {};
  for (const [index, part] of known.parts.entries()) found[part] = match[index + 1] as string;
  const year = Number(found["year"]) + (known.isShortYear ? 2000 : 0);
  const [month, day] = [Number(found["month"] ?? 1), Number(found["day"] ?? 1)];
  let hour = Number(found["hour"] ?? 0);
  const half = found["half"]?.toUpperCase();
  if (half !== undefined) hour = hour >= 1 && hour <= 12 ? (hour % 12) + (half === "PM" ? 12 : 0) : 99;
  const [minute, second, milli] = [Number(found["minute"] ?? 0), Number(found["second"] ?? 0), Number(found["milli"] ?? 0)];
  const at = new Date(Date.UTC(year, month - 1, day, hour, minute, second, milli));
  // 31 February is no day, though a Date makes one of it.
  if (year < 1970 || hour > 23 || minute > 59 || second > 59 || at.getUTCMonth() !== month - 1 || at.getUTCDate() !== day) throw new RowProblem(null, "there is no such day or time");
  const offset = found["zone"] === undefined ? zoneMinutes : minutesOf(found["zone"]);
  return new Date(at.getTime() - offset * 60_000).toISOString();
}

/** `+02:00` and `Z` in minutes east of Greenwich. */
export function minutesOf(zone: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(zone);
  return match ? (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) : 0;
}

function compile(format: string): Compiled | undefined {
  const known = compiled.get(format);
  if (known) return known;
  if (format.length > 40) return undefined;
  let source = "";
  const parts: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < format.length) {
    const token = TOKEN.exec(format)?.[0];
    if (token === undefined) return undefined;
    const part = PARTS[token === "hh" ? "h" : token];
    if (part) {
      if (parts.includes(part.part)) return undefined;
      parts.push(part.part);
      source += part.pattern;
    } else source += (token.startsWith("'") ? token.slice(1, -1) : token).replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  }
  if (!["year", "month", "day"].every((part) => parts.includes(part))) return undefined;
  const made = { regex: new RegExp(`^${source}$`), parts, isShortYear: !format.includes("yyyy") };
  // Formats come from mappings: what is kept of them stays small.
  if (compiled.size > 200) compiled.clear();
  compiled.set(format, made);
  return made;
}

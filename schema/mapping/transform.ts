import type { Transform } from "./expression.ts";
import { readDate } from "./readDate.ts";
import { isList, isMap, RowProblem, toValue, type Value } from "./values.ts";

const MAX_PARTS = 1_000;

/** One step of what is made of a value. Of a list, each of its parts is changed; nothing stays nothing. @throws RowProblem without a field */
export function transform(value: Value, rule: Transform): Value {
  switch (rule.kind) {
    case "UNIQUE": return isList(value) ? [...new Set(value)] : value;
    case "JOIN_WITH": return isList(value) ? value.map(textOf).join(rule.by) : value;
    case "KEY":
      if (value === null || value === "") return null;
      if (!isMap(value)) throw new RowProblem(null, "`key` takes from pairs: put `pairs` before it");
      return value.get(rule.name) ?? null;
    case "JSON":
      // JSON lines hold it as it is.
      return value === "" ? null : typeof value === "string" ? fromJson(value) : value;
    default:
  }
  if (isList(value)) {
    const parts = value.map((part) => transform(part, rule));
    // Lists of lists are flat: parts that were split further are parts like others.
    return parts.flatMap((part) => (isList(part) ? [...part] : [part]));
  }
  if (value === null || isMap(value)) return value;
  if (rule.kind === "LOOKUP") return lookUp(textOf(value), rule);
  return ofText(textOf(value), rule);
}

function ofText(text: string, rule: Exclude<Transform, { kind: "UNIQUE" | "JOIN_WITH" | "KEY" | "JSON" | "LOOKUP" }>): Value {
  switch (rule.kind) {
    case "TRIM": return text.trim();
    case "LOWER": return text.toLowerCase();
    case "UPPER": return text.toUpperCase();
    case "COLLAPSE": return text.trim().replaceAll(/\s+/g, " ");
    case "TEXT_TO_HTML": return textToHtml(text);
    case "HTML_TO_TEXT": return htmlToText(text);
    case "NUMBER": return text.trim() === "" ? null : readNumber(text, rule.decimal, rule.thousands);
    case "MONEY": return text.trim() === "" ? null : readMoney(text, rule);
    case "DATE": return text.trim() === "" ? null : readDate(text.trim(), rule.format, rule.zoneMinutes);
    case "SPLIT": return split(text, rule.by);
    case "LINES": return split(text.replaceAll("\r\n", "\n"), "\n");
    case "PAIRS": return readPairs(text, rule);
    case "EXTRACT": {
      const found = rule.pattern.extract(text);
      if (found === undefined && rule.otherwise === "REFUSE" && text !== "") throw new RowProblem(null, "the text does not have the form that `extract` looks for");
      return found ?? null;
    }
    case "REPLACE": return text.replaceAll(rule.from, () => rule.to);
    case "WRAP": return text === "" ? "" : `${rule.before}${text}${rule.after}`;
  }
}

function split(text: string, by: string): string[] {
  const parts = text.split(by, MAX_PARTS + 1).map((part) => part.trim()).filter((part) => part !== "");
  if (parts.length > MAX_PARTS) throw new RowProblem(null, `a cell splits into more than ${MAX_PARTS} parts`);
  return parts;
}

export function textOf(value: Value): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "true" : "false";
  if (value === null) return "";
  throw new RowProblem(null, "there are several values where one is expected: take one of them, or join them");
}

function fromJson(text: string): Value {
  try {
    return toValue(JSON.parse(text));
  } catch (error) {
    if (error instanceof RowProblem) throw error;
    throw new RowProblem(null, "the cell holds no JSON");
  }
}

function lookUp(text: string, { table, otherwise }: Extract<Transform, { kind: "LOOKUP" }>): Value {
  const found = table.get(text);
  if (found !== undefined) return found;
  if (otherwise === "REFUSE" && text !== "") throw new RowProblem(null, "the value does not stand in the lookup table");
  return otherwise === "KEEP" ? text : null;
}

/** Plain decimal text of a number as people of a country write it. */
export function readNumber(text: string, decimal: string, thousands: string | undefined): string {
  let plain = text.trim().replaceAll(/[\u00a0\u202f]/g, " ");
  const [whole = "", fraction, ...more] = plain.split(decimal);
  if (more.length > 0) throw new RowProblem(null, "this is no number");
  let digits = whole;
  if (thousands !== undefined) {
    const groups = whole.replace(/^[+-]/, "").split(thousands);
    if (groups.length > 1 && !(/^\d{1,3}$/.test(groups[0] ?? "") && groups.slice(1).every((group) => /^\d{3}$/.test(group)))) throw new RowProblem(null, "the thousands of this number are not grouped by three digits");
    digits = whole.replaceAll(thousands, "");
  }
  plain = fraction === undefined ? digits : `${digits}.${fraction}`;
  const match = /^([+-]?)(\d{1,18})(?:\.(\d{0,12}))?$/.exec(plain) ?? /^([+-]?)()\.(\d{1,12})$/.exec(plain);
  if (!match) throw new RowProblem(null, "this is no number");
  const integer = (match[2] ?? "").replace(/^0+(?=\d)/, "") || "0";
  const negative = match[1] === "-" && /[1-9]/.test(`${integer}${match[3] ?? ""}`);
  return `${negative ? "-" : ""}${integer}${match[3] ? `.${match[3]}` : ""}`;
}

const SIGNS: Readonly<Record<string, readonly string[]>> = { "€": ["EUR"], "£": ["GBP"], "¥": ["JPY", "CNY"], "$": ["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"], "zł": ["PLN"], "Kč": ["CZK"], "kr": ["SEK", "NOK", "DKK"] };

/** The amount alone. A currency that stands beside it has to be the one expected: another one is no detail. */
function readMoney(text: string, { decimal, thousands, currency, minorDigits }: Extract<Transform, { kind: "MONEY" }>): string {
  const bare = text.trim().replaceAll(/[\u00a0\u202f]/g, " ");
  const match = /^(\p{L}{3}|\p{Sc}|zł|Kč|kr)?\s*([+-]?[\d.,' ]*\d[\d.,']*)\s*(\p{L}{3}|\p{Sc}|zł|Kč|kr)?\.?$/u.exec(bare);
  if (!match || (match[1] && match[3])) throw new RowProblem(null, "this is no amount of money");
  const sign = match[1] ?? match[3];
  if (sign !== undefined) {
    const meant = SIGNS[sign] ?? [sign.toUpperCase()];
    if (currency === undefined || !meant.includes(currency)) throw new RowProblem(null, `the amount is in another currency than ${currency ?? "the mapping's, which names none"}`);
  }
  const amount = readNumber(match[2] as string, decimal, thousands);
  return minorDigits === undefined ? amount : inMajorUnits(amount, minorDigits);
}

/** 1995 pence are 19.95 pounds. */
function inMajorUnits(amount: string, digits: number): string {
  const [, sign = "", whole = ""] = /^(-?)(\d+)$/.exec(amount) ?? [];
  if (whole === "") throw new RowProblem(null, "an amount in the currency's smallest units is a whole number");
  const padded = whole.padStart(digits + 1, "0");
  return `${sign}${padded.slice(0, -digits)}.${padded.slice(-digits)}`;
}

function readPairs(text: string, { by, is, each, pick, omit }: Extract<Transform, { kind: "PAIRS" }>): Value {
  const pairs = new Map<string, Value>();
  for (const part of split(text, by)) {
    const at = part.indexOf(is);
    if (at <= 0) throw new RowProblem(null, `a part of the cell is no pair: \`${is}\` is missing`);
    const name = part.slice(0, at).trim();
    if (omit.has(name) || (pick && !pick.has(name))) continue;
    const value = part.slice(at + is.length).trim();
    pairs.set(name, each === undefined ? value : split(value, each));
  }
  return pairs;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " ", bull: "•", ndash: "–", mdash: "—", hellip: "…", reg: "®", trade: "™", copy: "©", deg: "°", rsquo: "’", lsquo: "‘", rdquo: "”", ldquo: "“", eacute: "é", euro: "€" };

/** The text of HTML: without tags, with the usual entities read. For fields that are plain text; nothing of it is trusted as HTML afterwards. */
export function htmlToText(html: string): string {
  let text = "";
  for (let at = 0; at < html.length;) {
    const open = html.indexOf("<", at);
    if (open === -1) { text += html.slice(at); break; }
    text += html.slice(at, open);
    const close = html.indexOf(">", open);
    if (close === -1) break;
    if (/^<\/?(p|br|li|div|tr|ul|ol|h[1-6])\b/i.test(html.slice(open, open + 5))) text += "\n";
    at = close + 1;
  }
  return text
    .replaceAll(/&(#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,8});/gi, (whole, name: string) => {
      if (!name.startsWith("#")) return ENTITIES[name.toLowerCase()] ?? whole;
      const code = name[1] === "x" || name[1] === "X" ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
      return code >= 32 && code <= 0x10_ff_ff && !(code >= 0xd8_00 && code <= 0xdf_ff) ? String.fromCodePoint(code) : "";
    })
    .replaceAll(/[ \t]+/g, " ").replaceAll(/ ?\n[ \n]*/g, "\n").trim();
}

function textToHtml(text: string): string {
  const safe = text.trim().replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return safe === "" ? "" : safe.split(/\n\s*\n/).map((part) => `<p>${part.replaceAll("\n", "<br />")}</p>`).join("");
}

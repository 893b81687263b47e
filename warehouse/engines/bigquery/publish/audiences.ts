import { martCatalogue } from "#schema/generated/martCatalogue.ts";
import type { MartColumn, MartInfo } from "#schema/martInfo.ts";
import { VENDOR_MARTS } from "../../../publish/vendorMarts.ts";
import { bigQueryType } from "../types.ts";

/** What an audience sees of one mart. */
export interface ShownMart {
  /** What stands in the select list, by column; what is not here is not shown. */
  readonly columns: ReadonlyMap<string, string>;
  /** Its rows belong to vendors: they are copied, and each vendor gets a policy for its own. */
  readonly isByVendor?: true;
}

/** The dataset an audience reads. The same audiences as in PostgreSQL (warehouse/publish/audienceViews.ts), in the other SQL. */
export interface Audience {
  readonly dataset: "marts" | "marts_masked" | "marts_vendor";
  show(mart: string, columns: readonly string[], buildId: string, keys: string): ShownMart | undefined;
}

const pairs = (columns: readonly string[], expression: (column: string) => string | undefined) =>
  new Map(columns.flatMap((column) => {
    const text = expression(column);
    return text === undefined ? [] : [[column, text === `\`${column}\`` ? text : `${text} as \`${column}\``] as const];
  }));

const infoOf = (mart: string): MartInfo | undefined => (Object.hasOwn(martCatalogue, mart) ? martCatalogue[mart] : undefined);
const hexOf = (id: string) => id.replaceAll("-", "");

/** `keys` is the relation that holds the key of the hashes; `buildId` makes those of each build others. */
export const AUDIENCES: readonly Audience[] = [
  { dataset: "marts", show: (_mart, columns) => ({ columns: pairs(columns, (column) => `\`${column}\``) }) },
  {
    dataset: "marts_masked",
    show(mart, columns, buildId, keys) {
      const known = infoOf(mart)?.columns;
      return known && { columns: pairs(columns, (column) => masked(column, known, keys, `from_hex('${hexOf(buildId)}')`)) };
    },
  },
  {
    dataset: "marts_vendor",
    show(mart, columns, buildId, keys) {
      const rule = Object.hasOwn(VENDOR_MARTS, mart) ? VENDOR_MARTS[mart] : undefined;
      const known = infoOf(mart)?.columns;
      if (!rule || !known || (rule.rows === "own" && !columns.includes("vendor_id"))) return undefined;
      const salt = `from_hex('${hexOf(buildId)}')${rule.rows === "own" ? ", from_hex(replace(`vendor_id`, '-', ''))" : ""}`;
      return { columns: pairs(columns.filter((column) => !rule.without?.includes(column)), (column) => masked(column, known, keys, salt)), ...(rule.rows === "own" ? { isByVendor: true as const } : {}) };
    },
  },
];

/** Ids of people as keyed hashes, the same that PostgreSQL shows of the build; everything else that is personal is empty. */
function masked(column: string, known: Readonly<Record<string, MartColumn>>, keys: string, salt: string): string | undefined {
  const info = Object.hasOwn(known, column) ? known[column] : undefined;
  if (!info) return undefined;
  const name = `\`${column}\``;
  if (info.pii === undefined) return name;
  const hash = (bytes: string) => `substr(to_hex(sha256(concat((select mask_key from ${keys}), ${salt}, ${bytes}))), 1, 32)`;
  if (info.pii === "pseudonymous" && info.type === "uuid") {
    const groups = [8, 4, 4, 4].map((length) => `([0-9a-f]{${length}})`).join("");
    return `regexp_replace(${hash(`from_hex(replace(${name}, '-', ''))`)}, r'^${groups}', r'\\1-\\2-\\3-\\4-')`;
  }
  if (info.pii === "pseudonymous" && info.type === "text") return hash(`cast(${name} as bytes)`);
  return `cast(null as ${bigQueryType(info.type).toLowerCase()})`;
}

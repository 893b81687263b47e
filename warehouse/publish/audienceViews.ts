import { martCatalogue } from "#schema/generated/martCatalogue.ts";
import type { MartColumn } from "#schema/martInfo.ts";
import { VENDOR_MARTS } from "./vendorMarts.ts";

/** What an audience sees of one mart. */
interface Shown {
  /** What stands in the view's select list, by column; what is not here is not shown. */
  readonly columns: ReadonlyMap<string, string>;
  /** Conditions of readers then only see rows that it lets through (security_barrier): the text of an error would tell of the others. */
  readonly where?: string;
}

/** Who reads the published build, and through which schema of views. */
interface AudienceViews {
  readonly schema: "marts" | "marts_masked" | "marts_vendor";
  /** Logins with the right to read them. */
  readonly readers: string;
  show(mart: string, columns: readonly string[], buildId: string): Shown | undefined;
}

const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`;
const pairs = (columns: readonly string[], expression: (column: string) => string | undefined) =>
  new Map(columns.flatMap((column) => {
    const text = expression(column);
    return text === undefined ? [] : [[column, text === identifier(column) ? text : `${text} as ${identifier(column)}`] as const];
  }));

/** What is not in the generated catalogue, a table of an earlier version or a column that no contract names, nobody has said to be harmless: only BI's own schema has it. */
export const AUDIENCES: readonly AudienceViews[] = [
  {
    schema: "marts",
    readers: "bi_reader, martgraph_sql_personal",
    show: (_mart, columns) => ({ columns: pairs(columns, identifier) }),
  },
  {
    schema: "marts_masked",
    readers: "martgraph_sql_analyst",
    show(mart, columns, buildId) {
      const known = Object.hasOwn(martCatalogue, mart) ? martCatalogue[mart]?.columns : undefined;
      return known && { columns: pairs(columns, (column) => masked(column, known, `'${hexOf(buildId)}'::bytea`)) };
    },
  },
  {
    schema: "marts_vendor",
    readers: "martgraph_sql_vendor",
    show(mart, columns, buildId) {
      const rule = Object.hasOwn(VENDOR_MARTS, mart) ? VENDOR_MARTS[mart] : undefined;
      const known = martCatalogue[mart]?.columns;
      if (!rule || !known || (rule.rows === "own" && !columns.includes("vendor_id"))) return undefined;
      // Each vendor's own hash: two of them cannot find out which customers they share.
      const salt = rule.rows === "own" ? `'${hexOf(buildId)}'::bytea || uuid_send(vendor_id)` : `'${hexOf(buildId)}'::bytea`;
      return {
        columns: pairs(columns.filter((column) => !rule.without?.includes(column)), (column) => masked(column, known, salt)),
        ...(rule.rows === "own" ? { where: "vendor_id = any ((select ops.sql_vendors())::uuid[])" } : {}),
      };
    },
  },
];

const hexOf = (buildId: string) => `\\x${buildId.replaceAll("-", "")}`;

/**
 * A column as somebody sees it who may not see persons: ids of people as keyed hashes, the same in every mart of one build, so that
 * they can be counted and joined; everything else that is personal is empty.
 */
function masked(column: string, known: Readonly<Record<string, MartColumn>>, salt: string): string | undefined {
  const info = Object.hasOwn(known, column) ? known[column] : undefined;
  if (!info) return undefined;
  const name = identifier(column);
  if (info.pii === undefined) return name;
  const key = "(select k.mask_key from ops.sql_keys k)";
  if (info.pii === "pseudonymous" && info.type === "uuid") return `encode(substr(sha256(${key} || ${salt} || uuid_send(${name})), 1, 16), 'hex')::uuid`;
  if (info.pii === "pseudonymous" && info.type === "text") return `encode(substr(sha256(${key} || ${salt} || convert_to(${name}, 'UTF8')), 1, 16), 'hex')`;
  return `null::${TYPES.has(info.type) ? info.type : "text"}`;
}

const TYPES = new Set(["uuid", "text", "boolean", "integer", "bigint", "double precision", "numeric", "date", "timestamptz"]);

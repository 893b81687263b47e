import { isUuid } from "#schema/values/ids.ts";
import { badUserInput } from "./errors.ts";

export const MAX_PAGE = 100;

export interface PageArgs {
  first?: number | null;
  after?: string | null;
}
export interface Page<C> {
  /** Rows to show; fetch one more to know whether there is a next page. */
  limit: number;
  after: C | undefined;
}

/** What a cursor holds of a row: the columns of the list's order, the last of them unique. */
export type CursorColumn = "text" | "uuid" | "integer" | "decimal" | "instant";
type CursorValues<T extends readonly CursorColumn[]> = { -readonly [K in keyof T]: string };

const CHECKS: Readonly<Record<CursorColumn, (text: string) => boolean>> = {
  text: (text) => text.length <= 2_000 && !text.includes("\0"),
  uuid: isUuid,
  integer: (text) => /^-?\d{1,18}$/.test(text),
  decimal: (text) => /^-?\d{1,30}(\.\d{1,30})?$/.test(text),
  instant: (text) => /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3,6}Z$/.test(text) && !Number.isNaN(Date.parse(text)),
};

export interface CursorCodec<C> {
  encode(values: C): string;
  /** @throws BAD_USER_INPUT for text that is no cursor of this list. */
  decode(text: string): C;
}

/**
 * Keyset cursors of one list: opaque base64url of a JSON array whose first element names the list and its order, so that the
 * cursor of another list is refused instead of giving a wrong page.
 */
export function cursorOf<const T extends readonly CursorColumn[]>(order: string, columns: T): CursorCodec<CursorValues<T>> {
  return {
    encode: (values) => Buffer.from(JSON.stringify([order, ...values])).toString("base64url"),
    decode(text) {
      const parts = readParts(text);
      const values = parts?.slice(1);
      const isMine = parts?.[0] === order && values?.length === columns.length
        && columns.every((column, index) => CHECKS[column](values[index] as string));
      if (!isMine) throw badUserInput("`after` is no cursor of this list in this order: give the endCursor or an edge's cursor of the page before.", ["after"]);
      return values as CursorValues<T>;
    },
  };
}

function readParts(text: string): string[] | undefined {
  if (text.length > 4_000) return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    return Array.isArray(parts) && parts.every((part) => typeof part === "string") ? parts : undefined;
  } catch {
    return undefined;
  }
}

/** Reads `first` and `after`. @throws BAD_USER_INPUT when `first` is outside 1..100 or `after` is no cursor of the list. */
export function readPage<C>(args: PageArgs, cursor: CursorCodec<C>, defaultFirst = 20): Page<C> {
  const limit = args.first ?? defaultFirst;
  if (limit < 1 || limit > MAX_PAGE) throw badUserInput(`\`first\` must be between 1 and ${MAX_PAGE}, it is ${limit}: ask for more by pages, with \`after\`.`, ["first"]);
  return { limit, after: args.after == null ? undefined : cursor.decode(args.after) };
}

export interface Edge<T> {
  readonly node: T;
  readonly cursor: string;
}
export interface Connection<T> {
  readonly edges: readonly Edge<T>[];
  readonly nodes: readonly T[];
  readonly pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

/** A Relay connection of up to `page.limit` + 1 rows in order. Cursors are made when they are asked for. */
export function toConnection<T>(rows: readonly T[], page: Page<unknown>, cursorFor: (row: T) => string): Connection<T> {
  const nodes = rows.length > page.limit ? rows.slice(0, page.limit) : rows;
  const first = nodes[0];
  const last = nodes.at(-1);
  return {
    nodes,
    get edges() {
      return nodes.map((node) => ({ node, get cursor() { return cursorFor(node); } }));
    },
    get pageInfo() {
      return {
        hasNextPage: rows.length > page.limit,
        hasPreviousPage: page.after !== undefined,
        startCursor: first === undefined ? null : cursorFor(first),
        endCursor: last === undefined ? null : cursorFor(last),
      };
    },
  };
}

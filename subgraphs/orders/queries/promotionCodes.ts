import { cursorOf } from "#kit/page.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";

/** A code as the people of the shop see it. */
export interface PromotionCode {
  readonly id: string;
  readonly promotionId: string;
  readonly code: string;
  /** Null: as often as its promotion. */
  readonly usageLimit: bigint | null;
  readonly used: bigint;
  readonly held: bigint;
  readonly expiresAt: Date | null;
  readonly isActive: boolean;
}

/** A code that somebody enters, with what decides whether it can work at all. */
export interface EnteredCode {
  readonly id: string;
  readonly code: string;
  readonly promotionId: string;
  readonly isOn: boolean;
  readonly startsAt: Date | null;
  /** The earlier of its own end and its promotion's. */
  readonly endsAt: Date | null;
}

export interface NewCodes {
  readonly promotionId: string;
  /** Code and normalised code. */
  readonly codes: readonly { readonly code: string; readonly normalized: string }[];
  readonly batchId: string | null;
  readonly usageLimit: bigint | null;
  readonly expiresAt: Date | null;
}

export const codeCursor = cursorOf("codes of a promotion", ["uuid"]);

// A code without limit is counted by its redemptions.
const COLUMNS = `c.id, c.promotion_id, c.code, c.usage_limit, c.expires_at, c.is_active, c.used, c.held`;
const row = { id: "uuid", promotion_id: "uuid", code: "text", usage_limit: "int8?", expires_at: "timestamptz?", is_active: "bool", used: "int8", held: "int8" } as const;

const insert = query({
  name: "orders.insertPromotionCodes",
  text: `insert into orders.promotion_codes as c (promotion_id, code, normalized, batch_id, usage_limit, expires_at, created_at)
    select $1, n.code, n.normalized, $4, $5, $6, $7 from unnest($2::text[], $3::text[]) with ordinality as n (code, normalized, place) order by n.place
    on conflict (normalized) do nothing returning ${COLUMNS}`,
  params: ["uuid", "text[]", "text[]", "uuid?", "int8?", "timestamptz?", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1_000 },
});

const ofBatch = query({
  name: "orders.codesOfBatch",
  text: `select ${COLUMNS} from orders.promotion_codes c where c.batch_id = $1 order by c.id`,
  params: ["uuid"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const page = query({
  name: "orders.codesOfPromotions",
  text: `select c.id, c.promotion_id, c.code, c.usage_limit, c.expires_at, c.is_active, c.used, c.held from unnest($1::uuid[]) as p (id) cross join lateral (
      select * from orders.promotion_codes o where o.promotion_id = p.id and ($2::uuid is null or o.id < $2) order by o.id desc limit $3) c`,
  params: ["uuid[]", "uuid?", "int4"],
  row,
  budget: { access: "index", maxRows: 101 * 100 },
});

const entered = query({
  name: "orders.enteredCode",
  text: `select c.id, c.code, c.promotion_id, c.is_active and p.is_active as is_on, p.starts_at, least(c.expires_at, p.ends_at) as ends_at
    from orders.promotion_codes c join orders.promotions p on p.id = c.promotion_id where c.normalized = $1`,
  params: ["text"],
  row: { id: "uuid", code: "text", promotion_id: "uuid", is_on: "bool", starts_at: "timestamptz?", ends_at: "timestamptz?" },
  budget: { access: "index", maxRows: 1 },
});

const disable = query({
  name: "orders.disablePromotionCode",
  text: `update orders.promotion_codes as c set is_active = false where c.id = $1 returning ${COLUMNS}`,
  params: ["uuid"],
  row,
  budget: { access: "write", maxRows: 1 },
});

function toCode(found: RowOf<typeof row>): PromotionCode {
  return {
    id: found.id, promotionId: found.promotion_id, code: found.code, usageLimit: found.usage_limit, used: found.used, held: found.held,
    expiresAt: found.expires_at, isActive: found.is_active,
  };
}

/** Those that were not there yet; the others are left out. */
export async function insertCodes(tx: Tx, { promotionId, codes, batchId, usageLimit, expiresAt }: NewCodes, at: Date): Promise<PromotionCode[]> {
  const made = await tx.many(insert, [promotionId, codes.map((one) => one.code), codes.map((one) => one.normalized), batchId, usageLimit, expiresAt, at]);
  return made.map(toCode);
}

export async function listCodesOfBatch(db: Reader, batchId: string): Promise<PromotionCode[]> {
  return (await db.many(ofBatch, [batchId])).map(toCode);
}

/** Each promotion's newest first. */
export async function listCodesOfPromotions(db: Reader, promotionIds: readonly string[], limit: number, after: string | undefined): Promise<PromotionCode[]> {
  return (await db.many(page, [promotionIds, after ?? null, limit])).map(toCode);
}

export async function findEnteredCode(db: Reader, normalized: string): Promise<EnteredCode | undefined> {
  const found = await db.maybeOne(entered, [normalized]);
  return found && { id: found.id, code: found.code, promotionId: found.promotion_id, isOn: found.is_on, startsAt: found.starts_at, endsAt: found.ends_at };
}

export async function disableCode(db: Reader, id: string): Promise<PromotionCode | undefined> {
  const found = await db.maybeOne(disable, [id]);
  return found && toCode(found);
}

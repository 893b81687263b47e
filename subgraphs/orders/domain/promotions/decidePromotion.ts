import { countryByCode } from "#schema/values/countries.ts";
import { decodeId, type IdPrefix } from "#schema/values/ids.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { CURRENCIES } from "../cart.ts";
import { plainText, type Refused, unitsOf } from "../readInput.ts";
import type { CustomerGroup, PromotionBenefit, PromotionConditions, PromotionTarget, Stacking } from "./types.ts";

/** A promotion as somebody asks for it; ids as at the API, amounts as decimal text. Null and undefined say nothing. */
export interface WantedPromotion {
  readonly name: string;
  readonly label?: string | null;
  readonly kind: PromotionBenefit["kind"];
  readonly percent?: string | null;
  readonly amount?: string | null;
  readonly currency?: string | null;
  readonly buyQuantity?: number | null;
  readonly getQuantity?: number | null;
  readonly maxSets?: number | null;
  readonly target?: WantedTarget | null;
  readonly getTarget?: WantedTarget | null;
  readonly minimumSubtotal?: string | null;
  readonly minimumQuantity?: number | null;
  readonly countries?: readonly string[] | null;
  readonly customers?: CustomerGroup | null;
  readonly startsAt?: Date | null;
  readonly endsAt?: Date | null;
  readonly needsCode: boolean;
  readonly priority?: number | null;
  readonly isExclusive?: boolean | null;
  readonly group?: string | null;
  readonly combinesWith?: readonly string[] | null;
  readonly usageLimit?: number | null;
  readonly usageLimitPerCustomer?: number | null;
}
export type WantedTarget = { readonly [K in keyof PromotionTarget]?: readonly string[] | null };

/** A promotion as it can be kept. */
export interface PromotionDraft {
  readonly name: string;
  readonly label: string;
  readonly currency: string | null;
  readonly benefit: PromotionBenefit;
  readonly target: PromotionTarget;
  readonly conditions: PromotionConditions;
  readonly stacking: Stacking;
  readonly needsCode: boolean;
  readonly usageLimit: bigint | null;
  readonly customerLimit: number | null;
}

export type InvalidPromotion = { code: "INVALID_PROMOTION" } & Refused;

const LONGEST_NAME = 100;
const MAX_TARGETS = 500;
const MAX_GROUPS = 20;
const MAX_COUNTRIES = 250;
const MOST = 2_147_483_647;
const GROUP = /^[a-z][a-z0-9_]{0,29}$/;
const NO_TARGET: PromotionTarget = { productIds: [], variantIds: [], categoryIds: [], vendorIds: [] };
const TARGET_PREFIXES: Readonly<Record<keyof PromotionTarget, IdPrefix>> = { productIds: "prd", variantIds: "var", categoryIds: "cat", vendorIds: "ven" };
/** What belongs to some kinds alone. */
const OF_KINDS: Readonly<Record<string, readonly PromotionBenefit["kind"][]>> = {
  percent: ["PERCENTAGE_OFF", "BUY_X_GET_Y"], amount: ["AMOUNT_OFF", "FREE_SHIPPING"], buyQuantity: ["BUY_X_GET_Y"], getQuantity: ["BUY_X_GET_Y"], maxSets: ["BUY_X_GET_Y"],
  getTarget: ["BUY_X_GET_Y"],
};

class Invalid extends Error {
  readonly path: readonly string[];
  constructor(message: string, ...path: string[]) {
    super(message);
    this.path = path;
  }
}

/** Whether a promotion can be as it is wanted, and what it is then. */
export function decidePromotion(wanted: WantedPromotion): Result<PromotionDraft, InvalidPromotion> {
  try {
    return ok(draft(wanted));
  } catch (error) {
    if (error instanceof Invalid) return err({ code: "INVALID_PROMOTION", message: error.message, path: ["input", ...error.path] });
    throw error;
  }
}

function draft(wanted: WantedPromotion): PromotionDraft {
  const name = textOf(wanted.name, "name");
  const target = targetOf(wanted.target, "target");
  for (const [field, kinds] of Object.entries(OF_KINDS)) {
    if (wanted[field as keyof WantedPromotion] != null && !kinds.includes(wanted.kind)) throw new Invalid(`\`${field}\` has no meaning for ${wanted.kind}: leave it out.`, field);
  }
  const currency = wanted.currency ?? null;
  if (currency !== null && !CURRENCIES.has(currency)) throw new Invalid(`The shop does not sell in ${currency}: choose one of ${[...CURRENCIES].join(", ")}.`, "currency");
  const conditions = conditionsOf(wanted, currency);
  const customerLimit = wholeOf(wanted.usageLimitPerCustomer, 1_000, "usageLimitPerCustomer");
  if (conditions.customers === "FIRST_ORDER" && customerLimit !== null && customerLimit !== 1) throw new Invalid("A person has one first order: leave the limit per customer out.", "usageLimitPerCustomer");
  const usageLimit = wholeOf(wanted.usageLimit, MOST, "usageLimit");
  return {
    name, label: wanted.label == null ? name : textOf(wanted.label, "label"), currency, target, conditions, needsCode: wanted.needsCode,
    benefit: benefitOf(wanted, currency, target),
    stacking: stackingOf(wanted, target),
    usageLimit: usageLimit === null ? null : BigInt(usageLimit),
    customerLimit: conditions.customers === "FIRST_ORDER" ? 1 : customerLimit,
  };
}

function benefitOf(wanted: WantedPromotion, currency: string | null, target: PromotionTarget): PromotionBenefit {
  switch (wanted.kind) {
    case "PERCENTAGE_OFF": return { kind: wanted.kind, bps: bpsOf(wanted.percent ?? undefined) };
    case "AMOUNT_OFF": return { kind: wanted.kind, units: amountOf(wanted.amount, currency, "amount") ?? missing("amount", wanted.kind) };
    case "FREE_SHIPPING": return { kind: wanted.kind, maxUnits: amountOf(wanted.amount, currency, "amount") };
    case "BUY_X_GET_Y": {
      const buy = wholeOf(wanted.buyQuantity, 1_000, "buyQuantity") ?? missing("buyQuantity", wanted.kind);
      const get = wholeOf(wanted.getQuantity, 1_000, "getQuantity") ?? missing("getQuantity", wanted.kind);
      const maxSets = wholeOf(wanted.maxSets, 1_000, "maxSets");
      return {
        kind: wanted.kind, buy: BigInt(buy), get: BigInt(get), bps: bpsOf(wanted.percent ?? "100"), maxSets: maxSets === null ? null : BigInt(maxSets),
        gets: wanted.getTarget == null ? target : targetOf(wanted.getTarget, "getTarget"),
      };
    }
  }
}

function conditionsOf(wanted: WantedPromotion, currency: string | null): PromotionConditions {
  const countries = [...new Set(wanted.countries ?? [])];
  if (countries.length > MAX_COUNTRIES) throw new Invalid(`At most ${MAX_COUNTRIES} countries can be named.`, "countries");
  const unknown = countries.find((code) => !countryByCode(code));
  if (unknown !== undefined) throw new Invalid(`"${unknown}" is the code of no country.`, "countries");
  const [startsAt, endsAt] = [wanted.startsAt ?? null, wanted.endsAt ?? null];
  if (startsAt !== null && endsAt !== null && endsAt <= startsAt) throw new Invalid("It must end after it starts.", "endsAt");
  const minQuantity = wholeOf(wanted.minimumQuantity, 100_000, "minimumQuantity");
  return {
    minSubtotalUnits: amountOf(wanted.minimumSubtotal, currency, "minimumSubtotal"), minQuantity: minQuantity === null ? null : BigInt(minQuantity),
    countries, customers: wanted.customers ?? "EVERYONE", startsAt, endsAt,
  };
}

function stackingOf(wanted: WantedPromotion, target: PromotionTarget): Stacking {
  const usual = wanted.kind === "FREE_SHIPPING" ? "shipping" : Object.values(target).every((ids) => ids.length === 0) ? "order" : "product";
  const [group, combinesWith, priority] = [wanted.group ?? usual, [...new Set(wanted.combinesWith ?? [])], wanted.priority ?? 0];
  if (!GROUP.test(group)) throw new Invalid("A group has 1 to 30 lower-case letters, digits and underscores and begins with a letter.", "group");
  if (combinesWith.length > MAX_GROUPS || combinesWith.some((one) => one !== "*" && !GROUP.test(one))) throw new Invalid(`Name at most ${MAX_GROUPS} groups, or \`*\` for any.`, "combinesWith");
  if (Math.abs(priority) > 1_000) throw new Invalid(`A priority lies between -1000 and 1000, it is ${priority}.`, "priority");
  return { priority, isExclusive: wanted.isExclusive ?? false, group, combinesWith };
}

function targetOf(wanted: WantedTarget | null | undefined, field: string): PromotionTarget {
  if (!wanted) return NO_TARGET;
  const kinds = Object.keys(TARGET_PREFIXES) as (keyof PromotionTarget)[];
  if (kinds.reduce((sum, kind) => sum + (wanted[kind]?.length ?? 0), 0) > MAX_TARGETS) throw new Invalid(`At most ${MAX_TARGETS} ids can be named: name a category in the place of its products.`, field);
  const read = (kind: keyof PromotionTarget) => [...new Set((wanted[kind] ?? []).map((id, index) => {
    const uuid = decodeId(TARGET_PREFIXES[kind], id);
    if (uuid === undefined) throw new Invalid(`This is no id that begins with \`${TARGET_PREFIXES[kind]}_\`.`, field, kind, String(index));
    return uuid;
  }))];
  return { productIds: read("productIds"), variantIds: read("variantIds"), categoryIds: read("categoryIds"), vendorIds: read("vendorIds") };
}

function textOf(text: string, field: string): string {
  return plainText(text, LONGEST_NAME) ?? fail(`It must have 1 to ${LONGEST_NAME} characters, none of them invisible.`, field);
}

function bpsOf(percent: string | undefined): number {
  const match = /^(\d{1,3})(?:\.(\d{1,2})0*)?$/.exec(percent ?? missing("percent", "this kind"));
  const bps = match ? Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0")) : 0;
  return bps >= 1 && bps <= 10_000 ? bps : fail("A percentage lies between 0.01 and 100 and has at most two decimals.", "percent");
}

function amountOf(text: string | null | undefined, currency: string | null, field: string): bigint | null {
  if (text == null) return null;
  if (currency === null) throw new Invalid("An amount needs a currency: give `currency` too.", "currency");
  const units = unitsOf(text, currency);
  return units !== undefined && units > 0n ? units : fail(`An amount is above 0 and has no more decimals than ${currency} does.`, field);
}

function wholeOf(value: number | null | undefined, most: number, field: string): number | null {
  if (value == null) return null;
  return value >= 1 && value <= most ? value : fail(`It must be between 1 and ${most}, it is ${value}.`, field);
}

const missing = (field: string, kind: string): never => fail(`${kind} needs \`${field}\`.`, field);
function fail(message: string, ...path: string[]): never {
  throw new Invalid(message, ...path);
}

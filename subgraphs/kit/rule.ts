import { type Permission, PERMISSIONS } from "#schema/permissions.ts";
import { can, type Viewer } from "./viewer.ts";

/**
 * Who may have a field, as data. Guards are made of it, the gateway decides by it before it asks anybody, and descriptions are
 * written from it: one source, so that none of the three can say something else than the others.
 */
export type Rule =
  | "everyone"
  | "nobody"
  /** Anyone with an account. */
  | "account"
  | { readonly permission: Permission }
  /** Decided by the slice, for each object anew; the text names who it lets through. */
  | { readonly own: string }
  | { readonly any: readonly Rule[] }
  | { readonly all: readonly Rule[] };

/** What the rule says of the viewer: undefined where that depends on the object. */
export function decide(rule: Rule, viewer: Viewer): boolean | undefined {
  if (rule === "everyone") return true;
  if (rule === "nobody") return false;
  if (rule === "account") return viewer.userId !== null;
  if ("permission" in rule) return can(viewer, rule.permission);
  if ("own" in rule) return undefined;
  const isAny = "any" in rule;
  const verdicts = (isAny ? rule.any : rule.all).map((part) => decide(part, viewer));
  if (verdicts.includes(isAny)) return isAny;
  return verdicts.includes(undefined) ? undefined : !isAny;
}

/** Whether the rule depends on the viewer alone, never on the object. */
export function isPure(rule: Rule): boolean {
  if (typeof rule === "string" || "permission" in rule) return true;
  return !("own" in rule) && ("any" in rule ? rule.any : rule.all).every(isPure);
}

/** The permissions that play a part in the rule, in its order. */
export function permissionsIn(rule: Rule): Permission[] {
  if (typeof rule === "string" || "own" in rule) return [];
  if ("permission" in rule) return [rule.permission];
  return [...new Set(("any" in rule ? rule.any : rule.all).flatMap(permissionsIn))];
}

/** Whether nobody passes without one of the permissions: an act behind such a rule is a privileged one. */
export function needsPermission(rule: Rule): boolean {
  if (typeof rule === "string" || "own" in rule) return false;
  if ("permission" in rule) return true;
  return "any" in rule ? rule.any.every(needsPermission) : rule.all.some(needsPermission);
}

/** The sentence of a field's description; undefined where everybody may have the field. */
export function ruleText(rule: Rule): string | undefined {
  if (rule === "everyone") return undefined;
  if (rule === "nobody") return "Nobody may have it.";
  if (rule === "account") return "Needs a login.";
  if (typeof rule !== "string" && "own" in rule) return `Only for ${rule.own}.`;
  const parts = "any" in rule ? rule.any : [rule];
  const own = parts.flatMap((part) => (typeof part !== "string" && "own" in part ? [part.own] : []));
  const others = parts.filter((part) => typeof part === "string" || !("own" in part)).map(phrase);
  if (own.length === 0) return `Needs ${others.join(" or ")}.`;
  return others.length === 0 ? `Only for ${own.join(" or ")}.` : `Only for ${own.join(" or ")}; others need ${others.join(" or ")}.`;
}

function phrase(rule: Rule): string {
  if (rule === "everyone") return "nothing";
  if (rule === "nobody") return "what nobody has";
  if (rule === "account") return "a login";
  if ("permission" in rule) return `permission \`${rule.permission}\` (${PERMISSIONS[rule.permission].roles.join(", ")})`;
  if ("own" in rule) return `to be ${rule.own}`;
  if ("any" in rule) return `(${rule.any.map(phrase).join(" or ")})`;
  const own = rule.all.flatMap((part) => (typeof part !== "string" && "own" in part ? [` as ${part.own}`] : []));
  const others = rule.all.filter((part) => typeof part === "string" || !("own" in part)).map(phrase);
  return others.length === 0 ? `to be ${own.map((text) => text.slice(4)).join(" and ")}` : `${others.join(" and ")}${own.join("")}`;
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isPure, type Rule } from "#kit/rule.ts";

/** `Type.field` of a root field -> who may have it. */
export type RootRules = ReadonlyMap<string, Rule>;

/** Made of the slices' guards, committed and checked like the supergraph: a gateway knows the rules without loading the slices. */
export const ROOT_RULES_FILE = join(import.meta.dirname, "..", "..", "schema", "graphql", "rootRules.json");

/** The rules of root fields that depend on the viewer alone, as the file has them. */
export function writeRootRules(slices: readonly { readonly rules: ReadonlyMap<string, Rule> }[]): string {
  const rules = slices.flatMap((slice) => [...slice.rules]).filter(([field, rule]) => /^(Query|Mutation)\./.test(field) && rule !== "everyone" && isPure(rule));
  return `${JSON.stringify(Object.fromEntries(rules.sort(([a], [b]) => (a < b ? -1 : 1))), null, 2)}\n`;
}

export function readCommittedRootRules(): RootRules {
  return new Map(Object.entries(JSON.parse(readFileSync(ROOT_RULES_FILE, "utf8")) as Record<string, Rule>));
}

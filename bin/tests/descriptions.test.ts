import { buildSchema, isObjectType, Kind, parse, print } from "graphql";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ROOT_RULES_FILE, writeRootRules } from "#gateway/access/rootRules.ts";
import { composeSupergraph, graphDrift, GRAPH_FILES } from "#gateway/compose.ts";
import { type Rule, ruleText } from "#kit/rule.ts";
import { ROLES } from "#schema/permissions.ts";
import { describeAccess, describedSlices } from "../access/describedSlices.ts";
import { sliceRules } from "../access/graphRules.ts";

test("the committed graph is what the slices compose to, and breaks no client", () => {
  expect(graphDrift(composeSupergraph(describedSlices()))).toEqual({ stale: [], breaking: [] });
}, 60_000);

describe("a field's description", () => {
  test("says in the schema that clients see who may have it, in the words of its rule", () => {
    const api = buildSchema(readFileSync(GRAPH_FILES.api, "utf8"));
    const silent: string[] = [];
    let said = 0;
    for (const { rules } of sliceRules()) {
      for (const [name, rule] of rules) {
        const [type, field] = name.split(".") as [string, string];
        const text = ruleText(rule);
        const owner = api.getType(type);
        const shown = isObjectType(owner) ? owner.getFields()[field] : undefined;
        if (text === undefined || !shown) continue;
        said += 1;
        if (!shown.description?.endsWith(text)) silent.push(name);
      }
    }
    expect(silent).toEqual([]);
    expect(said).toBeGreaterThan(200);
  });

  test("names no role by hand: that would be a second source, and the first one to be wrong", () => {
    const byHand: string[] = [];
    for (const { schema, rules } of sliceRules()) {
      for (const [name, rule] of rules) {
        const [type, field] = name.split(".") as [string, string];
        const owner = schema.getType(type);
        const words = (isObjectType(owner) && owner.getFields()[field]?.description) || "";
        if (rule !== "everyone" && ROLES.some((role) => new RegExp(`\\b${role}\\b`).test(words))) byHand.push(`${name}: ${words}`);
      }
    }
    expect(byHand).toEqual([]);
  });

  test("is added where there was none, behind what there was, and in extensions", () => {
    const rules = new Map<string, Rule>([["Query.a", { permission: "audit.read" }], ["Query.b", "account"], ["Query.c", "everyone"]]);
    const written = print(describeAccess(parse('type Query { a: Int "What b is." b: Int c: Int } extend type Query { d: Int }'), rules));
    expect(written).toContain('"Needs permission `audit.read` (ADMIN)."\n  a: Int');
    expect(written).toContain('"What b is. Needs a login."\n  b: Int');
    expect(written).toContain("\n  c: Int");
    expect(parse(written).definitions.map((node) => node.kind)).toContain(Kind.OBJECT_TYPE_EXTENSION);
  });
});

test("the rules by which the gateway judges root fields are those of the guards", () => {
  expect(readFileSync(ROOT_RULES_FILE, "utf8")).toBe(writeRootRules(sliceRules()));
});

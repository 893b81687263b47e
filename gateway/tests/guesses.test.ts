import { readFileSync } from "node:fs";
import { buildSchema } from "graphql";
import { describe, expect, test } from "vitest";
import { GRAPH_FILES } from "../compose.ts";
import { documentStore } from "../documents.ts";
import { guessableFields } from "../limits/guesses.ts";
import { DEFAULT_LIMITS } from "../limits/limits.ts";
import { Refusal } from "../refusal.ts";

const schema = buildSchema(readFileSync(GRAPH_FILES.api, "utf8"), { assumeValidSDL: true });
const store = documentStore(schema, DEFAULT_LIMITS);
const LOGIN = (alias: string) => `${alias}: login(input: { email: "ada@example.test", password: "${alias}" }) { __typename }`;
const refusal = (source: string): string => {
  try {
    store.prepare(source);
    return "";
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
};

describe("guesses in one operation", () => {
  test("every field that takes a password, code or token counts, and names of things do not", () => {
    const guessable = guessableFields(schema);
    for (const name of ["login", "register", "mfaVerify", "mfaConfirm", "stepUp", "tokenRefresh", "identityLoginComplete", "identityLink"]) expect(guessable, name).toContain(`Mutation.${name}`);
    expect(guessable).toContain("Query.giftCard");
    for (const name of ["Mutation.warehouseUpsert", "Mutation.cartApplyCode", "Query.warehouse", "Mutation.orderCancel"]) expect(guessable, name).not.toContain(name);
  });

  test("one is answered", () => {
    expect(refusal(`mutation { ${LOGIN("a")} }`)).toBe("");
    expect(refusal(`mutation { ${LOGIN("a")} ${LOGIN("a")} }`)).toBe("");
    expect(refusal(`mutation A { ${LOGIN("a")} } mutation B { ${LOGIN("b")} }`)).toBe("");
  });

  test.each([
    ["two aliases", `mutation { ${LOGIN("a")} ${LOGIN("b")} }`],
    ["an alias beside none", `mutation { ${LOGIN("a")} login(input: { email: "a@b.test", password: "x" }) { __typename } }`],
    ["two kinds", `mutation { ${LOGIN("a")} stepUp(input: { password: "x" }) { __typename } }`],
    ["in a fragment", `mutation { ${LOGIN("a")} ...F } fragment F on Mutation { ${LOGIN("b")} }`],
    ["in fragments of fragments", `mutation { ...F } fragment F on Mutation { ...G ${LOGIN("a")} } fragment G on Mutation { ... on Mutation { ${LOGIN("b")} } }`],
    ["behind directives", `mutation ($yes: Boolean = true) { ${LOGIN("a")} ... @include(if: $yes) { ${LOGIN("b")} } }`],
    ["in another operation than the first", `mutation A { ${LOGIN("a")} } mutation B { ${LOGIN("a")} ${LOGIN("b")} }`],
    ["by a query", '{ a: giftCard(code: "A") { __typename } b: giftCard(code: "B") { __typename } }'],
  ])("two are refused before any is made: %s", (_name, source) => {
    expect(refusal(source)).toMatch(/2 fields that take a password, code or token, at most 1 allowed \(limit "guesses"\)/);
  });
});

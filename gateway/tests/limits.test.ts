import { buildSchema, getIntrospectionQuery, Kind, parse } from "graphql";
import type { FragmentDefinitionNode, OperationDefinitionNode } from "graphql";
import { describe, expect, test } from "vitest";
import { documentStore, InvalidDocument } from "../documents.ts";
import { bracketDepth } from "../limits/brackets.ts";
import { compileCost, LIST_SIZE } from "../limits/cost.ts";
import { DEFAULT_LIMITS } from "../limits/limits.ts";
import type { Limits } from "../limits/limits.ts";
import { checkStructure } from "../limits/structure.ts";
import { checkVariables } from "../limits/variables.ts";
import { Refusal } from "../refusal.ts";

const SCHEMA = buildSchema(`
  type Query { a: Int node: Node nodes(first: Int = 20): NodePage! all: [Node!]! }
  type Mutation { m: Int }
  type Node { id: ID! name: String next: Node pages(first: Int): NodePage! tags: [Node!]! }
  type NodePage { nodes: [Node!]! edges: [Edge!]! total: Int }
  type Edge { node: Node! }
`);

const check = (source: string, change: Partial<Limits> = {}): void => checkStructure(parse(source), { ...DEFAULT_LIMITS, ...change });

describe("structure", () => {
  test.each([
    ["depth", "{ node { next { next { next { id } } } } }", { depth: 4 }],
    ["aliases", "{ x: a y: a z: a }", { aliases: 2 }],
    ["rootFields", "{ a node { id } all { id } }", { rootFields: 2 }],
    ["mutationFields", "mutation { x: m y: m z: m }", { mutationFields: 2 }],
    ["selections", "{ node { id name next { id name } } }", { selections: 5 }],
    ["overlaps", "{ a a a a a }", { overlaps: 9 }],
    ["directives", "{ a @skip(if: false) @include(if: true) node { id @skip(if: false) } }", { directives: 2 }],
    ["operations", "query A { a } query B { a } query C { a }", { operations: 2 }],
  ] as const)("refuses what is above the limit %s, and names it", (limit, source, change) => {
    expect(() => check(source, change)).toThrow(new RegExp(`limit "${limit}"`));
    const allowed = Object.fromEntries(Object.entries(change).map(([name, value]) => [name, value * 2]));
    expect(() => check(source, allowed)).not.toThrow();
  });

  test("counts a fragment as often as it is spread", () => {
    const source = "{ node { ...F next { ...F next { ...F } } } } fragment F on Node { id name }";
    expect(() => check(source, { selections: 11 })).toThrow(/selections/);
    expect(() => check(source, { selections: 12 })).not.toThrow();
  });

  test("counts what merges under one name once for depth and aliases", () => {
    expect(() => check("{ node { id } node { name } }", { rootFields: 1 })).not.toThrow();
  });

  test("refuses fragments that reach themselves, directly or over others, also where nothing spreads them", () => {
    expect(() => check("{ node { ...A } } fragment A on Node { next { ...A } }")).toThrow('Fragment "A" spreads itself.');
    expect(() => check("{ node { ...A } } fragment A on Node { ...B } fragment B on Node { next { ...A } }")).toThrow(/spreads itself/);
    expect(() => check("{ a } fragment A on Node { next { ...A } }")).toThrow(/spreads itself/);
  });

  test("a long chain of fragments does not overflow the stack", () => {
    const chain = Array.from({ length: 500 }, (_, index) => `fragment F${index} on Node { ...F${index + 1} }`).join(" ");
    expect(() => check(`{ node { ...F0 } } ${chain} fragment F500 on Node { id }`, { overlaps: 1e6 })).not.toThrow();
  });

  test("refuses unused fragments, names that reach a prototype, subscriptions and definitions of types", () => {
    expect(() => check("{ a } fragment F on Node { id }")).toThrow('Fragment "F" is never used.');
    for (const name of ["__proto__", "constructor", "prototype"]) expect(() => check(`{ ${name}: a }`)).toThrow(Refusal);
    expect(() => check("subscription { a }")).toThrow(/Subscriptions/);
    expect(() => check("{ a } type X { y: Int }")).toThrow(/operations and fragments only/);
    expect(() => check("fragment F on Node { id }")).toThrow(/no operation/);
  });
});

describe("brackets", () => {
  test("counts nesting outside strings and comments", () => {
    expect(bracketDepth("{ a(x: [{ y: 1 }]) { b } }")).toBe(4);
    expect(bracketDepth('{ a(x: "{{{{[[[[(((") }')).toBe(2);
    expect(bracketDepth('{ a(x: """ {{{ \\""" {{{ " """) }')).toBe(2);
    expect(bracketDepth('{ a(x: "\\"{{{") }')).toBe(2);
    expect(bracketDepth("{ a # {{{{{{\n}")).toBe(1);
    expect(bracketDepth('{ a(x: "{{{\n{')).toBe(3);
    expect(bracketDepth('"""{{{')).toBe(0);
  });
});

describe("cost", () => {
  const cost = (source: string, variables: Record<string, unknown> = {}): number => {
    const document = parse(source);
    const operation = document.definitions.find((definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION);
    const fragments = new Map(document.definitions.filter((definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION).map((definition) => [definition.name.value, definition]));
    return compileCost(SCHEMA, operation as OperationDefinitionNode, fragments)(variables);
  };

  test("one for each field, lists times their size", () => {
    expect(cost("{ a }")).toBe(1);
    expect(cost("{ node { id name } }")).toBe(3);
    expect(cost("{ all { id name } }")).toBe(1 + LIST_SIZE * 2);
    expect(cost("{ nodes(first: 5) { nodes { id } total } }")).toBe(1 + 1 + 5 + 1);
    expect(cost("{ nodes(first: 5) { edges { node { id } } } }")).toBe(1 + 1 + 5 * 2);
    expect(cost("{ nodes(first: 5) { nodes { pages(first: 4) { nodes { id } } } } }")).toBe(1 + 1 + 5 * (1 + 1 + 4));
  });

  test("takes the size from a variable, its default, or the schema's", () => {
    const source = "query($n: Int) { nodes(first: $n) { nodes { id } } }";
    expect(cost(source, { n: 7 })).toBe(2 + 7);
    expect(cost(source)).toBe(2 + 20);
    expect(cost("query($n: Int = 3) { nodes(first: $n) { nodes { id } } }")).toBe(2 + 3);
    expect(cost("{ nodes { nodes { id } } }")).toBe(2 + 20);
    expect(cost(source, { n: -5 })).toBe(2);
  });

  test("counts through fragments and under every alias", () => {
    expect(cost("{ x: all { ...F } ... { y: all { ...F } } } fragment F on Node { id name }")).toBe(2 * (1 + LIST_SIZE * 2));
  });

  test("refuses an answer that would be too large, before anything runs, and lets the whole schema be asked for", () => {
    const store = documentStore(SCHEMA, { ...DEFAULT_LIMITS, cost: 1_000 });
    const prepared = store.prepare("query($n: Int) { nodes(first: $n) { nodes { pages(first: $n) { nodes { id } } } } }");
    const operation = prepared.operations[0];
    if (!operation) throw new Error("no operation");
    expect(() => store.checkCost(operation, { n: 10 })).not.toThrow();
    expect(() => store.checkCost(operation, { n: 100 })).toThrow(/limit "cost"/);
    const whole = store.prepare(getIntrospectionQuery()).operations[0];
    if (!whole) throw new Error("no operation");
    expect(whole.introspection).toBe(true);
    expect(() => store.checkCost(whole, {})).not.toThrow();
    const tenfold = store.prepare(`{ ${["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"].map((alias) => `${alias}: __schema { types { name description fields(includeDeprecated: true) { name description args { name description type { name ofType { name ofType { name ofType { name } } } } } type { name ofType { name ofType { name ofType { name } } } } } } }`).join(" ")} }`).operations[0];
    if (!tenfold) throw new Error("no operation");
    expect(() => store.checkCost(tenfold, {})).toThrow(/limit "cost"/);
  });
});

describe("documents", () => {
  test("prepares each text once, refusals too, and hashes texts that differ in white space alike", () => {
    const store = documentStore(SCHEMA, DEFAULT_LIMITS);
    expect(store.prepare("{ a }")).toBe(store.prepare("{ a }"));
    expect(store.prepare("{ a }").hash).toBe(store.prepare("{\n  a # why\n}").hash);
    expect(store.prepare("{ a }").hash).not.toBe(store.prepare("{ b: a }").hash);
    expect(store.prepare("{ nodes(first: 1) { total } }").hash).toBe(store.prepare("{ nodes(first: 2) { total } }").hash);
    const thrown = (source: string): unknown => { try { return store.prepare(source); } catch (error) { return error; } };
    expect(thrown("{ nope }")).toBeInstanceOf(InvalidDocument);
    expect(thrown("{ nope }")).toBe(thrown("{ nope }"));
  });

  test("says which limit a document breaks before it is even parsed", () => {
    const store = documentStore(SCHEMA, DEFAULT_LIMITS);
    expect(() => store.prepare(`{ ${"a ".repeat(5_000)}}`)).toThrow(/limit "tokens"/);
    expect(() => store.prepare("{ node ".repeat(100))).toThrow(/limit "brackets"/);
  });
});

describe("variables", () => {
  test("refuses nesting, numbers and keys that reach a prototype", () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : { x: nested(levels - 1) });
    expect(() => checkVariables({ x: nested(11) }, DEFAULT_LIMITS)).not.toThrow();
    expect(() => checkVariables({ x: nested(13) }, DEFAULT_LIMITS)).toThrow(/variableDepth/);
    expect(() => checkVariables({ x: Array.from({ length: 6_000 }, () => 1) }, DEFAULT_LIMITS)).toThrow(/variableNodes/);
    expect(() => checkVariables(JSON.parse('{"x": {"__proto__": {"admin": true}}}') as Record<string, unknown>, DEFAULT_LIMITS)).toThrow(/__proto__/);
    expect(() => checkVariables(JSON.parse('{"x": [{"constructor": 1}]}') as Record<string, unknown>, DEFAULT_LIMITS)).toThrow(/constructor/);
  });
});

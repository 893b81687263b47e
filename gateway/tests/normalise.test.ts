import { buildSchema, execute, parse, print, validate } from "graphql";
import { describe, expect, test } from "vitest";
import { hoistLiterals } from "../normalise.ts";

const SCHEMA = buildSchema(`
  scalar Big
  enum Color { RED GREEN }
  input Filter { color: Color ids: [ID!] }
  type Query {
    echo(i: Int, f: Float, s: String, b: Boolean, id: ID, color: Color, big: Big, filter: Filter, list: [Int!], need: Int! = 3): String
    node(id: ID!): Node
  }
  type Node { id: ID! part(n: Int = 1): Node }
`);
const ROOT = {
  echo: (args: object) => JSON.stringify(args),
  node: ({ id }: { id: string }) => ({ id, part: ({ n }: { n: number }) => ({ id: `${id}.${n}`, part: null }) }),
};

const hoist = (source: string) => {
  const document = parse(source, { noLocation: true });
  expect(validate(SCHEMA, document)).toEqual([]);
  const normalised = hoistLiterals(SCHEMA, document);
  expect(validate(SCHEMA, normalised.document)).toEqual([]);
  return { ...normalised, original: document, text: print(normalised.document) };
};

describe("literals", () => {
  test.each([
    "{ echo(i: 5) }", '{ echo(s: "five") }', "{ echo(f: 1.5) }", "{ echo(f: 1) }", "{ echo(b: true) }", '{ echo(id: "x") }', "{ echo(id: 17) }", "{ echo(id: 12345678901234567890) }",
    "{ echo(color: RED) }", '{ echo(big: "1") }', "{ echo(big: 12345678901234567890) }", "{ echo(filter: { color: GREEN, ids: [1, \"2\"] }) }", "{ echo(list: [1, 2]) }",
    "{ echo(i: null) }", "{ echo(need: 4) }", '{ echo(s: """block "text" """) }', '{ node(id: "a") { id part(n: 2) { id } other: part { id } } }',
    '{ node(id: "a") { ...F part(n: 2) { id } } } fragment F on Node { part(n: 2) { id } }',
    '{ a: node(id: "a") { id @skip(if: false) } b: node(id: "b") { id @include(if: false) } }',
    '{ ... @include(if: true) { node(id: "a") { id } } }',
  ])("%s gives the same answer with variables in their place", (source) => {
    const { original, document, literals } = hoist(source);
    const answer = execute({ schema: SCHEMA, document, rootValue: ROOT, variableValues: literals });
    expect(answer).toEqual(execute({ schema: SCHEMA, document: original, rootValue: ROOT }));
    expect(answer).not.toHaveProperty("errors");
  });

  test("documents that differ in scalars and enums alone become one", () => {
    expect(hoist('{ node(id: "a") { part(n: 1) { id } } }').text).toBe(hoist('{ node(id: "b") { part(n: 7) { id } } }').text);
    expect(hoist("{ echo(color: RED) }").text).toBe(hoist("{ echo(color: GREEN) }").text);
  });

  test("equal values of one type share a variable, so that fields which merge still merge", () => {
    const { literals, text } = hoist('{ x: node(id: "a") { id } x: node(id: "a") { part { id } } y: node(id: "b") { id } }');
    expect(literals).toEqual({ _literal0: "a", _literal1: "b" });
    expect(text.match(/\$_literal0\)/g)).toHaveLength(2);
  });

  test("the client's own variables and defaults stay, and a clash of names leaves all as it is", () => {
    const { text, literals } = hoist('query Q($id: ID! = "d") { node(id: $id) { part(n: 5) { id } } }');
    expect(text).toContain('query Q($id: ID! = "d", $_literal0: Int)');
    expect(literals).toEqual({ _literal0: 5 });
    expect(hoist("query Q($_literal0: ID!) { node(id: $_literal0) { part(n: 5) { id } } }").literals).toEqual({});
  });

  test("directives and long numbers are left alone", () => {
    expect(hoist("{ echo @skip(if: true) }").literals).toEqual({});
    expect(hoist("{ echo(big: 12345678901234567890) }").literals).toEqual({});
  });
});

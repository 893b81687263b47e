import { Kind, visit } from "graphql";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readSubgraphDocument, readSubgraphSdl } from "../sdl.ts";

const ROOM = join(import.meta.dirname, "..", "..");
const NAMES = readdirSync(ROOM, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== "kit").map((entry) => entry.name);
// Everybody knows what these are; a description would be noise.
const ROOTS = new Set(["Query", "Mutation"]);

describe.each(NAMES)("schema of %s", (name) => {
  test("every type, field, argument and value is described", () => {
    const bare: string[] = [];
    visit(readSubgraphDocument(name), {
      enter(node, _key, _parent, _path, ancestors) {
        const isPart = node.kind === Kind.FIELD_DEFINITION || node.kind === Kind.INPUT_VALUE_DEFINITION || node.kind === Kind.ENUM_VALUE_DEFINITION || node.kind.endsWith("TypeDefinition");
        if (!isPart || !("name" in node) || !node.name || ("description" in node && node.description?.value.trim())) return;
        if (ROOTS.has(node.name.value)) return;
        const owners = ancestors.flatMap((ancestor) => ("kind" in ancestor && "name" in ancestor && ancestor.name ? [ancestor.name.value] : []));
        bare.push([...owners, node.name.value].join("."));
      },
    });
    expect(bare).toEqual([]);
  });

  test("money is never a Float, and no amount an Int", () => {
    expect(readSubgraphSdl(name)).not.toMatch(/(amount|total(?!Count\b)|price|units)\w*\s*(\([^)]*\))?: (Float|Int)/i);
  });

  test("takes from the shared definitions only what it names", () => {
    const shared = ["Money", "PageInfo", "UserError", "CountryCode"];
    const sdl = readSubgraphSdl(name);
    for (const type of shared) {
      const isDefined = new RegExp(`^(type|interface|scalar) ${type}\\b`, "m").test(sdl);
      const isNamed = new RegExp(`(: \\[?|implements |on )${type}\\b`).test(sdl);
      expect([type, isDefined]).toEqual([type, isNamed]);
    }
  });
});

test("an unknown subgraph is a clear error", () => {
  expect(() => readSubgraphSdl("nobody")).toThrow(/nobody.*cannot be read as GraphQL schema/);
});

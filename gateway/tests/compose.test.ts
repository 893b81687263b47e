import { describe, expect, test } from "vitest";
import { breakingChanges, composeSupergraph, CompositionFailed } from "../compose.ts";
import { preferResolvableKeys } from "../supergraph/keys.ts";
import { FIXTURE_SDL } from "./fixtures/subgraphs.ts";

describe("composition", () => {
  test("composes subgraphs given by hand, the same text each time", () => {
    const once = composeSupergraph(FIXTURE_SDL);
    expect(once.supergraphSdl).toBe(composeSupergraph(FIXTURE_SDL).supergraphSdl);
    expect(once.supergraphSdl).toContain("join__Graph");
    expect(once.apiSdl).toContain("type Good");
    expect(once.apiSdl).not.toMatch(/join__|_Entity|_service/);
  });

  test("says why subgraphs do not fit together", () => {
    const clash = [{ name: "a", sdl: "type Query { x: Int }" }, { name: "b", sdl: "type Query { x: String }" }];
    expect(() => composeSupergraph(clash)).toThrow(CompositionFailed);
    expect(() => composeSupergraph(clash)).toThrow(/Query\.x/);
  });

  test("names what breaks a client, and nothing else", () => {
    const older = "type Query { a: Int b(x: Int): String! } enum E { ONE TWO }";
    expect(breakingChanges(older, `${older} type New { id: ID }`)).toEqual([]);
    expect(breakingChanges(older, "type Query { a: Int b(x: Int): String! c: Int } enum E { ONE TWO }")).toEqual([]);
    expect(breakingChanges(older, "type Query { b(x: Int, y: Int!): String } enum E { ONE }").sort()).toEqual([
      "A required arg y on Query.b was added.", "Query.a was removed.", "Query.b changed type from String! to String.", "TWO was removed from enum type E.",
    ]);
  });

  test("a key that can be resolved stands before one that cannot", () => {
    const sdl = 'type P @join__type(graph: A, key: "x y", resolvable: false) @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") { id: ID }';
    const ordered = preferResolvableKeys(sdl);
    expect(ordered.indexOf('key: "id"')).toBeLessThan(ordered.indexOf("resolvable: false"));
    expect(preferResolvableKeys(ordered)).toBe(ordered);
  });
});

import { Kind } from "graphql";
import { expect, test } from "vitest";
import { readSubgraphDocument } from "#kit/sdl.ts";

test("whatever can say that a cart is bought or being bought can also say that it is closed", () => {
  const unions = readSubgraphDocument("orders").definitions.flatMap((node) => (node.kind === Kind.UNION_TYPE_DEFINITION ? [{ name: node.name.value, members: (node.types ?? []).map((type) => type.name.value) }] : []));
  const ofCarts = unions.filter(({ members }) => members.includes("CartAlreadyOrdered"));
  expect(ofCarts.length).toBeGreaterThan(5);
  expect(ofCarts.filter(({ members }) => !members.includes("CartClosed")).map(({ name }) => name)).toEqual([]);
});

import { buildASTSchema } from "graphql";
import { expect, test } from "vitest";
import { describeGuards } from "#kit/guard.ts";
import { readSubgraphDocument } from "#kit/sdl.ts";
import { guards } from "../guards.ts";

test("who may have which field stands as it was reviewed", async () => {
  const schema = buildASTSchema(readSubgraphDocument("catalog"), { assumeValidSDL: true });
  await expect(`${JSON.stringify(describeGuards("catalog", schema, guards), null, 2)}\n`).toMatchFileSnapshot("guards.golden.json");
});

import { expect } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import { decodeId, type IdPrefix } from "#schema/values/ids.ts";
import type { Viewer } from "../viewer.ts";
import type { graphOf } from "./graphOf.ts";

/** A representation as a gateway sends it, and what each viewer must get for it. */
export interface KnownEntity {
  readonly ref: Readonly<Record<string, unknown>> & { readonly __typename: string };
  /** The fields asked for; null where it is not there, or not for that viewer. */
  answerFor(viewer: string): Readonly<Record<string, unknown>> | null;
}

export interface EntitiesProperty {
  /** Selects `__typename` and whatever the answers hold. */
  readonly query: string;
  readonly known: readonly KnownEntity[];
  /** Types that stand for themselves, with the prefix of their ids: a stub answers any well-formed id. */
  readonly stubs?: Readonly<Record<string, IdPrefix>>;
  readonly viewers: Readonly<Record<string, Viewer>>;
  /** However many representations are asked for. */
  readonly maxStatements: number;
  readonly runs?: number;
}

/**
 * Of any list of representations (mixed types, repeated, missing, of others, garbled) the answers stand in the order asked, null for
 * what is absent or forbidden, without an error, in a number of statements that does not grow with the list.
 */
export async function expectEntitiesKeepOrder(graph: ReturnType<typeof graphOf>, { query, known, stubs = {}, viewers, maxStatements, runs = 60 }: EntitiesProperty): Promise<void> {
  const types = [...new Set(known.map(({ ref }) => ref.__typename))];
  const garbled: fc.Arbitrary<KnownEntity> = fc.record({
    type: fc.constantFrom(...types),
    more: fc.oneof(
      fc.record({ id: fc.oneof(fc.string({ maxLength: 60 }), fc.integer(), fc.constant(null), fc.constant("prd_\u0000"), fc.uuid(), fc.stringMatching(/^(ord|crt|chk|prd|var|cat|usr|ven)_[0-9a-f]{31,33}$/)) }),
      fc.constant({}),
    ),
  }).filter(({ type, more }) => !(stubs[type] !== undefined && "id" in more && typeof more.id === "string" && decodeId(stubs[type], more.id) !== undefined))
    .map(({ type, more }) => ({ ref: { __typename: type, ...more }, answerFor: () => null }));
  const list = fc.array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: garbled }), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(viewers)), list, async (name, asked) => {
      const { data, errors, statements } = await graph.as(viewers[name] as Viewer).run(query, { refs: asked.map(({ ref }) => ref) });
      expect(errors).toBeUndefined();
      expect(data["_entities"]).toEqual(asked.map((one) => one.answerFor(name)));
      expect(statements.length).toBeLessThanOrEqual(maxStatements);
    }),
    { numRuns: runs },
  );
}

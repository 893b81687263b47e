import { buildASTSchema, type GraphQLSchema } from "graphql";
import { type Guards, listRules } from "#kit/guard.ts";
import type { Rule } from "#kit/rule.ts";
import { readSubgraphDocument } from "#kit/sdl.ts";
import { guards as analytics } from "#subgraphs/analytics/guards.ts";
import { guards as catalog } from "#subgraphs/catalog/guards.ts";
import { guards as orders } from "#subgraphs/orders/guards.ts";
import { guards as predictions } from "#subgraphs/predictions/guards.ts";
import { guards as users } from "#subgraphs/users/guards.ts";

/** The guards of all slices, as their files stand. */
export const GUARDS: Readonly<Record<string, Guards>> = { users, catalog, orders, predictions, analytics };

export interface SliceRules {
  readonly name: string;
  /** Not executable: for looking things up. */
  readonly schema: GraphQLSchema;
  /** `Type.field` -> rule. */
  readonly rules: ReadonlyMap<string, Rule>;
}

/** Who may have which field of which slice. */
export function sliceRules(): SliceRules[] {
  return Object.entries(GUARDS).map(([name, guards]) => {
    const schema = buildASTSchema(readSubgraphDocument(name), { assumeValidSDL: true });
    return { name, schema, rules: listRules(name, schema, guards) };
  });
}

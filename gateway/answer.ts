import { chooseOperation } from "./documents.ts";
import type { DocumentStore } from "./documents.ts";
import type { Answer, GraphQLServer } from "./graphqlServer.ts";
import type { Limits } from "./limits/limits.ts";
import { checkVariables } from "./limits/variables.ts";
import { Refusal } from "./refusal.ts";
import type { Asked, GraphQLParams } from "./request.ts";

export type Answerer = (given: GraphQLParams, asked: Asked) => Promise<Answer>;

/** Bounds what is asked before the GraphQL server sees any of it. Throws a Refusal or an InvalidDocument before anything runs. */
export function answerer(server: GraphQLServer, documents: DocumentStore, limits: Limits): Answerer {
  return async (given, asked) => {
    const prepared = documents.prepare(given.query);
    const operation = chooseOperation(prepared, given.operationName);
    checkVariables(given.variables, limits);
    documents.checkCost(operation, given.variables);
    if (operation.node.operation === "mutation" && asked.method === "GET") throw new Refusal(405, "BAD_REQUEST", "Mutations are sent by POST.", { headers: { allow: "POST" } });
    return server.answer({ given, prepared, operation, asked });
  };
}

import { buildSubgraphSchema } from "@apollo/subgraph";
import { type DocumentNode, type GraphQLScalarType, type GraphQLSchema, isObjectType, Kind, print } from "graphql";
import { type Guards, guardSchema } from "./guard.ts";
import { scalarsFor } from "./scalars.ts";
import { readSubgraphDocument } from "./sdl.ts";
import type { Viewer } from "./viewer.ts";

export type { Role, Viewer } from "./viewer.ts";

/** Where a request comes from, as the gateway saw it: for people to know their sessions by, never to decide by. */
export interface ClientInfo {
  /** Network address. */
  readonly ip?: string;
  /** The user agent as it names itself, cut short. */
  readonly userAgent?: string;
}

/** What a subgraph is told about one request. */
export interface RequestInfo {
  readonly viewer: Viewer;
  /** Goes through all logs and hops of the request. */
  readonly requestId: string;
  /** Aborted when the caller is gone or the time is up. */
  readonly signal: AbortSignal;
  /** True where nothing may be shown that was read before this request: it changes something, or its viewer has just done so. */
  readonly fresh?: boolean;
  readonly client?: ClientInfo | undefined;
}

/** A slice as a value: what the gateway composes and executes, in this process or in its own. */
export interface Subgraph {
  readonly name: string;
  readonly sdl: string;
  /** Executable; every field stands behind its guard. */
  readonly schema: GraphQLSchema;
  /** The context of one request: loaders live as long as it. */
  contextFor(request: RequestInfo): object;
  /** Resolves when the subgraph can answer. @throws with a sentence that says what is missing. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** A slice's context: the request, what the slice was made with, and loaders that live for this request. */
export type ContextOf<Deps, Loaders> = RequestInfo & Deps & { readonly loaders: Loaders };

export type Resolvers = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface SubgraphDefinition<Deps extends object, Loaders> {
  /** Also the name of its folder, where schema.graphql stands. */
  name: string;
  deps: Deps;
  resolvers: Resolvers;
  guards: Guards;
  makeLoaders: (deps: Deps, request: RequestInfo) => Loaders;
  /** Asked before `ready` answers; a round trip to the database as a rule. */
  ready: () => Promise<void>;
  close?: () => Promise<void>;
}

/**
 * Makes the slice executable.
 * @throws when a field has no guard, a resolver stands for a field that does not exist, or the schema is invalid.
 */
export function defineSubgraph<Deps extends object, Loaders>(definition: SubgraphDefinition<Deps, Loaders>): Subgraph {
  const { name, deps, resolvers, guards, makeLoaders } = definition;
  const document = readSubgraphDocument(name);
  const bare = buildSubgraphSchema([{ typeDefs: document, resolvers: { ...scalarsFor(scalarNames(document)), ...resolvers } as Record<string, GraphQLScalarType> }]);
  assertResolvers(name, bare, resolvers);
  const schema = guardSchema(name, bare, guards);
  return {
    name,
    sdl: print(document),
    schema,
    contextFor: (request) => ({ ...deps, viewer: request.viewer, requestId: request.requestId, signal: request.signal, fresh: request.fresh ?? false, client: request.client, loaders: makeLoaders(deps, request) }),
    ready: definition.ready,
    close: async () => definition.close?.(),
  };
}

function scalarNames(document: DocumentNode): Set<string> {
  return new Set(document.definitions.flatMap((node) => (node.kind === Kind.SCALAR_TYPE_DEFINITION ? [node.name.value] : [])));
}

function assertResolvers(name: string, schema: GraphQLSchema, resolvers: Resolvers): void {
  for (const [typeName, fields] of Object.entries(resolvers)) {
    const type = schema.getType(typeName);
    if (!type) throw new Error(`subgraph ${name}: there are resolvers for ${typeName}, which the schema does not have`);
    if (!isObjectType(type)) continue;
    const stray = Object.keys(fields).find((field) => !field.startsWith("__") && !type.getFields()[field]);
    if (stray) throw new Error(`subgraph ${name}: there is a resolver for ${typeName}.${stray}, which the schema does not have`);
  }
}

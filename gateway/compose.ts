import { readFileSync } from "node:fs";
import { join } from "node:path";
import { composeServices } from "@apollo/composition";
import { buildSchema, findBreakingChanges, parse, printSchema } from "graphql";
import { readSubgraphSdl } from "#kit/sdl.ts";
import { preferResolvableKeys } from "./supergraph/keys.ts";

/** The slices of the graph, in the order in which they are composed. */
export const SUBGRAPHS = ["users", "catalog", "orders", "predictions", "analytics"] as const;

export interface SubgraphSdl { name: string; sdl: string }

export interface Composition {
  /** What the gateway loads. */
  supergraphSdl: string;
  /** What clients see. */
  apiSdl: string;
  /** What composition found worth a look; none of it stops the graph. */
  hints: string[];
}

/** The subgraphs do not fit together; `message` lists every reason. */
export class CompositionFailed extends Error {
  override readonly name = "CompositionFailed";
}

/** Composes subgraphs, by default the five slices as their files stand, into one graph. Throws {@link CompositionFailed}. */
export function composeSupergraph(subgraphs: readonly SubgraphSdl[] = SUBGRAPHS.map((name) => ({ name, sdl: readSubgraphSdl(name) }))): Composition {
  // The addresses are names only: where a subgraph is reached is decided when the gateway starts.
  const result = composeServices(subgraphs.map(({ name, sdl }) => ({ name, url: `http://${name}.invalid`, typeDefs: parse(sdl) })));
  if (result.errors) throw new CompositionFailed(`the subgraphs do not compose:\n${result.errors.map((error) => `  ${error.message}`).join("\n")}`);
  return {
    supergraphSdl: ended(preferResolvableKeys(result.supergraphSdl)),
    apiSdl: ended(printSchema(result.schema.toAPISchema().toGraphQLJSSchema())),
    hints: result.hints.map((hint) => `${hint.definition.code}: ${hint.message}`),
  };
}

const ended = (text: string): string => `${text.trimEnd()}\n`;

/** The committed graph: composed once, reviewed as a difference, loaded at every start. */
export const GRAPH_FILES = {
  supergraph: join(import.meta.dirname, "..", "schema", "graphql", "supergraph.graphql"),
  api: join(import.meta.dirname, "..", "schema", "graphql", "api.graphql"),
} as const;

export function readCommittedSupergraph(): string {
  return readFileSync(GRAPH_FILES.supergraph, "utf8");
}

export interface Drift {
  /** Committed files that are not what the slices compose to now. */
  stale: string[];
  /** Changes between the committed and the composed API that break a client. */
  breaking: string[];
}

/** Compares the committed graph with what the slices compose to. Nothing is written. */
export function graphDrift(composed: Composition): Drift {
  const committed = { supergraph: textOf(GRAPH_FILES.supergraph), api: textOf(GRAPH_FILES.api) };
  const stale = [
    ...(committed.supergraph === composed.supergraphSdl ? [] : ["schema/graphql/supergraph.graphql"]),
    ...(committed.api === composed.apiSdl ? [] : ["schema/graphql/api.graphql"]),
  ];
  return { stale, breaking: committed.api === undefined ? [] : breakingChanges(committed.api, composed.apiSdl) };
}

/** What of an older API a newer one takes away or changes so that a client's operation may fail. */
export function breakingChanges(olderSdl: string, newerSdl: string): string[] {
  return findBreakingChanges(buildSchema(olderSdl), buildSchema(newerSdl)).map((change) => change.description);
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

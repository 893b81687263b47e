import type { GraphQLDataSource } from "@apollo/gateway";
import type { FetchNode, PlanNode, QueryPlan } from "@apollo/query-planner";
import { GraphQLError } from "graphql";
import type { FragmentDefinitionNode, GraphQLFormattedError, GraphQLSchema, OperationDefinitionNode } from "graphql";
import type { RequestContext } from "../request.ts";
import { isSimple, merge, represent } from "./represent.ts";
import { compileShape } from "./shape.ts";

export interface RunResult {
  data: Record<string, unknown> | null;
  errors: readonly unknown[] | undefined;
}
/** Runs one plan, with variables that fit. */
export type PlanRunner = (variables: Readonly<Record<string, unknown>>, context: RequestContext) => Promise<RunResult>;

type Fetched = Record<string, unknown>;
type Path = readonly (string | number)[];

/** Where a step of the plan works: the whole answer, or the objects below a path. */
interface Place { path: Path; data: unknown; whole: Fetched }
interface Run { variables: Readonly<Record<string, unknown>>; context: RequestContext; errors: unknown[] }
type Step = (run: Run, place: Place) => Promise<void>;

/**
 * A plan made ready to run: its fetches, how their answers are put together and how the answer is shaped are worked out once and
 * not for each request, which is what the gateway library does. Undefined for plans with parts that this does not know; those are
 * the library's. Same fetches, same answers, same errors: held against the library for every operation of the tests.
 */
export function compilePlan(
  plan: QueryPlan,
  parts: { schema: GraphQLSchema; operation: OperationDefinitionNode; fragments: ReadonlyMap<string, FragmentDefinitionNode>; sourceOf: (subgraph: string) => GraphQLDataSource | undefined },
): PlanRunner | undefined {
  const { schema, operation, fragments, sourceOf } = parts;
  const { node } = plan;
  if (!node || node.kind === "Subscription") return undefined;
  const shape = compileShape(schema, operation, fragments);
  const step = shape && compileStep(node, schema, sourceOf);
  if (!shape || !step) return undefined;
  return async (variables, context) => {
    const whole: Fetched = {};
    const run: Run = { variables, context, errors: [] };
    await step(run, { path: [], data: whole, whole });
    const { data, errors } = shape(whole);
    // What a subgraph said is told rather than what follows from it.
    const told = run.errors.length > 0 ? run.errors : errors;
    return { data, errors: told.length > 0 ? told : undefined };
  };
}

function compileStep(node: PlanNode, schema: GraphQLSchema, sourceOf: (subgraph: string) => GraphQLDataSource | undefined): Step | undefined {
  switch (node.kind) {
    case "Sequence":
    case "Parallel": {
      const steps = node.nodes.map((one) => compileStep(one, schema, sourceOf));
      if (!steps.every((one) => one !== undefined)) return undefined;
      if (node.kind === "Parallel") return async (run, place) => void (await Promise.all(steps.map((one) => one(run, place))));
      return async (run, place) => {
        for (const one of steps) await one(run, place);
      };
    }
    case "Flatten": {
      const inner = compileStep(node.node, schema, sourceOf);
      return inner && (async (run, { path, data, whole }) => {
        const found = objectsAt(data, node.path, 0);
        if (found !== undefined && found !== null) await inner(run, { path: [...path, ...node.path], data: found, whole });
      });
    }
    case "Fetch":
      return compileFetch(node, schema, sourceOf);
    default:
      return undefined;
  }
}

function compileFetch(node: FetchNode, schema: GraphQLSchema, sourceOf: (subgraph: string) => GraphQLDataSource | undefined): Step | undefined {
  const source = sourceOf(node.serviceName);
  const { requires, variableUsages = [] } = node;
  const rewrites = [node.inputRewrites, node.outputRewrites, node.contextRewrites].some((list) => list !== undefined && list.length > 0);
  if (!source || rewrites || (requires && !isSimple(schema, requires)) || variableUsages.includes("representations")) return undefined;

  const ask = async (run: Run, place: Place, variables: Fetched): Promise<Fetched | undefined> => {
    // What the library tells a data source beyond this, ours does not ask for.
    const options = { kind: "incoming operation", request: { query: node.operation, variables, operationName: node.operationName }, context: run.context, document: node.operationDocumentNode, pathInIncomingRequest: place.path };
    const { data, errors } = await source.process(options as unknown as Parameters<GraphQLDataSource["process"]>[0]);
    if (errors) for (const error of errors) run.errors.push(toError(error, node, place));
    return data as Fetched | undefined;
  };

  return async (run, place) => {
    try {
      const variables: Fetched = {};
      for (const name of variableUsages) if (run.variables[name] !== undefined) variables[name] = run.variables[name];
      const targets = (Array.isArray(place.data) ? place.data.filter((one) => one !== null && one !== undefined) : [place.data]) as Fetched[];
      if (targets.length === 0) return;
      if (!requires) {
        const answer = await ask(run, place, variables);
        if (answer) for (const target of targets) merge(target, answer);
        return;
      }
      const representations: Fetched[] = [];
      const represented: Fetched[] = [];
      for (const target of targets) {
        const representation = represent(target, requires);
        if (!representation || representation["__typename"] === undefined) continue;
        representations.push(representation);
        represented.push(target);
      }
      if (representations.length === 0) return;
      variables["representations"] = representations;
      const answer = await ask(run, place, variables);
      if (!answer) return;
      const entities = answer["_entities"];
      if (!Array.isArray(entities) || entities.length !== representations.length) throw new Error(`${node.serviceName} did not answer ${representations.length} entities`);
      represented.forEach((target, n) => {
        if (entities[n]) merge(target, entities[n] as Fetched);
      });
    } catch (error) {
      run.errors.push(error);
    }
  };
}

/** The objects below a path; "@" stands for every place of a list. */
function objectsAt(value: unknown, path: Path, from: number): unknown {
  if (from === path.length || value === undefined || value === null) return value;
  const name = path[from] as string;
  if (name !== "@") return objectsAt((value as Fetched)[name], path, from + 1);
  return (value as unknown[]).flatMap((one) => objectsAt(one, path, from + 1));
}

/** A subgraph's error with its place in the client's answer, as the library gives it. */
function toError(error: GraphQLFormattedError, { requires, serviceName }: FetchNode, place: Place): GraphQLError {
  const { path, extensions } = error;
  const message = error.message || `Error while fetching subquery from service "${serviceName}"`;
  const code = extensions?.["code"] ?? "DOWNSTREAM_SERVICE_ERROR";
  let at: Path | undefined = path && [...place.path, ...path];
  if (requires && typeof path?.[1] === "number") {
    const places: Path[] = [];
    placesOf([], place.path, place.whole, places);
    at = [...(places[path[1]] ?? []), ...path.slice(2)];
  }
  return new GraphQLError(message, { path: at ?? null, extensions: { ...extensions, code, serviceName } });
}

function placesOf(above: Path, path: Path, value: unknown, into: Path[]): void {
  if (value === null || value === undefined) return;
  const [head, ...rest] = path;
  if (head === undefined) into.push(above);
  else if (head === "@") (value as unknown[]).forEach((one, n) => placesOf([...above, n], rest, one, into));
  else if (Array.isArray(value)) value.forEach((one, n) => placesOf([...above, n], path, one, into));
  else placesOf([...above, head], rest, (value as Fetched)[head], into);
}

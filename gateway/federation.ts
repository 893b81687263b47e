// The configuration switches Apollo's telemetry off, which the gateway library looks for when it is made.
import "#platform/config.ts";
import { createHash } from "node:crypto";
import { ApolloGateway } from "@apollo/gateway";
import type { GraphQLDataSource } from "@apollo/gateway";
import type { QueryPlan } from "@apollo/query-planner";
import { getVariableValues, GraphQLError, Kind } from "graphql";
import type { DocumentNode, FragmentDefinitionNode, GraphQLSchema } from "graphql";
import { LRUCache } from "lru-cache";
import type { Log } from "#platform/log.ts";
import type { PreparedDocument, PreparedOperation } from "./documents.ts";
import type { GraphQLParams, RequestContext } from "./request.ts";
import { compilePlan } from "./runner/runPlan.ts";
import type { PlanRunner } from "./runner/runPlan.ts";

export interface Federation {
  /** The schema that clients see. */
  readonly schema: GraphQLSchema;
  /** Plans and runs one operation. Errors are raw: the caller masks them. */
  run(params: GraphQLParams, prepared: PreparedDocument, operation: PreparedOperation, context: RequestContext): Promise<FederationResult>;
  close(): Promise<void>;
}

export interface FederationResult {
  data?: Record<string, unknown> | null | undefined;
  errors?: readonly unknown[] | undefined;
}

/**
 * Paths the planner weighs per field, and whole plans it compares. Without them a query of 400 bytes over a graph with shared
 * recursive fields keeps it busy for minutes; with them it ends in well under a second (measured on our graph: see the hostile documents' test).
 */
export const PLANNER_BOUNDS = { pathsLimit: 10, maxEvaluatedPlans: 100 } as const;
/** Plans kept; one of a large operation takes about 100 kB. */
const PLANS = 1_000;

/**
 * The graph, planned by the gateway library. A plan is run by the library the first time and by our runner from then on, which does
 * the same without working it out again for each request; what the runner does not know stays the library's (`ownRunner: false`: all).
 */
export async function loadFederation(supergraphSdl: string, sourceOf: (subgraph: string) => GraphQLDataSource, log: Log, { ownRunner = true }: { ownRunner?: boolean } = {}): Promise<Federation> {
  const sources = new Map<string, GraphQLDataSource>();
  const runners = new WeakMap<PreparedOperation, PlanRunner | "library">();
  const plans = new LRUCache<string, QueryPlan>({ max: PLANS });
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService({ name }) {
      const source = sourceOf(name);
      sources.set(name, source);
      return source;
    },
    queryPlannerConfig: {
      exposeDocumentNodeInFetchNode: true,
      debug: PLANNER_BOUNDS,
      cache: {
        get: async (key) => plans.get(key),
        set: async (key, plan) => { plans.set(key, plan); },
        delete: async (key) => plans.delete(key),
        clear: () => plans.clear(),
      },
    },
    // Both are switched by NODE_ENV otherwise; the committed supergraph has been validated when it was composed.
    validateSupergraph: false,
    __exposeQueryPlanExperimental: false,
    logger: { debug: () => {}, info: () => {}, warn: (message) => log.warn({}, String(message)), error: (message) => log.error({}, String(message)) },
  });
  const { schema, executor } = await gateway.load();
  type ExecutorContext = Parameters<typeof executor>[0];

  function runnerOf(prepared: PreparedDocument, operation: PreparedOperation): PlanRunner | undefined {
    let runner = runners.get(operation);
    if (runner === undefined) {
      const plan = ownRunner ? plans.get(planKey(prepared.hash, operation.name)) : undefined;
      if (!plan) return undefined;
      runner = compilePlan(plan, { schema, operation: operation.node, fragments: fragmentsOf(prepared.document), sourceOf: (name) => sources.get(name) }) ?? "library";
      runners.set(operation, runner);
    }
    return runner === "library" ? undefined : runner;
  }

  return {
    schema,
    async run(params, prepared, operation, context) {
      const runner = runnerOf(prepared, operation);
      if (runner) {
        const { errors } = getVariableValues(schema, operation.node.variableDefinitions ?? [], params.variables);
        return errors ? { errors: errors.map(wrongVariable) } : runner(params.variables, context);
      }
      const requestContext = {
        request: { query: params.query, operationName: operation.name, variables: params.variables },
        document: prepared.document, queryHash: prepared.hash, source: params.query, operation: operation.node, operationName: operation.name ?? null,
        schema, context, metrics: {}, logger: console, cache: undefined,
      };
      const result = await executor(requestContext as unknown as ExecutorContext);
      const data = result.data as Record<string, unknown> | null | undefined;
      // Without `data` nothing was planned: the variables do not fit their types, and the message says which.
      if (data === undefined) return { errors: result.errors?.map(wrongVariable) };
      // Where a subgraph broke its own contract (null where the schema forbids it) the gateway says so only in an extension.
      const broken = result.extensions?.["valueCompletion"];
      return { data, errors: result.errors ?? (Array.isArray(broken) ? broken : undefined) };
    },
    close: () => gateway.stop(),
  };
}

/** The key under which the gateway library keeps a plan. */
const planKey = (hash: string, operationName: string | undefined): string => (operationName ? createHash("sha256").update(hash).update(operationName).digest("hex") : hash);

function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  return new Map(document.definitions.flatMap((definition) => (definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [])));
}

const wrongVariable = ({ message }: { message: string }): GraphQLError => new GraphQLError(withoutValue(message), { extensions: { code: "BAD_USER_INPUT" } });

/**
 * graphql-js repeats the whole value it refuses, and that may hold a password, which belongs neither into an answer nor into what
 * a client logs of it. What is wrong and where stays.
 */
export function withoutValue(message: string): string {
  return message.replace(/ got invalid value [\s\S]*?(?: at ("[^"]{1,200}"))?; (?=[A-Z][A-Za-z]* )/, (_all, at: string | undefined) => (at ? ` is wrong at ${at}: ` : " is wrong: "));
}

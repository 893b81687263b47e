import { parse, validate } from "graphql";
import { noteActs } from "./auditedActs.ts";
import { type Log, silentLog } from "#platform/log.ts";
import { type SubgraphAnswer, subgraphExecutor } from "../execute.ts";
import type { Subgraph } from "../subgraph.ts";
import { GUEST, type Viewer } from "../viewer.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
export type Answer = Record<string, any>;

export interface Run extends SubgraphAnswer {
  data: Answer;
  /** Names of the statements that ran, in order. */
  statements: string[];
}

/** A viewer who is logged in. */
export function person(userId: string, ...roles: Viewer["roles"]): Viewer {
  return { userId, roles: roles.length > 0 ? roles : ["CUSTOMER"], vendorIds: [] };
}

/** Told apart over the whole file: what is written with a request's id is found by it. */
let requests = 0;

/** Runs operations on one subgraph as the gateway does, and tells which statements that took. */
export function graphOf(subgraph: Subgraph, statements: string[] = [], log: Log = silentLog) {
  const execute = subgraphExecutor(subgraph, log);
  const run = async (viewer: Viewer, source: string, variables: Record<string, unknown> = {}): Promise<Run> => {
    const document = parse(source);
    const [wrong] = validate(subgraph.schema, document);
    if (wrong) throw wrong;
    const before = statements.length;
    const requestId = `test-${++requests}`;
    const answer = await execute({ query: source, document, variables, request: { viewer, requestId, signal: new AbortController().signal } });
    noteActs(subgraph.schema, document, viewer, requestId, answer.data);
    return { ...answer, data: (answer.data ?? {}) as Answer, statements: statements.slice(before) };
  };
  return {
    as: (viewer: Viewer) => ({ run: (source: string, variables?: Record<string, unknown>) => run(viewer, source, variables) }),
    run: (source: string, variables?: Record<string, unknown>) => run(GUEST, source, variables),
  };
}

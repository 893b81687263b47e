import type { IncomingMessage, ServerResponse } from "node:http";
import { maskError } from "#kit/errors.ts";
import type { ClientInfo } from "#kit/subgraph.ts";
import type { Log } from "#platform/log.ts";
import type { Answerer } from "../answer.ts";
import type { Authenticator } from "../auth.ts";
import { refusedAnswer } from "../errors.ts";
import type { Limits } from "../limits/limits.ts";
import type { Metrics } from "../metrics.ts";
import { Refusal } from "../refusal.ts";
import { PREFLIGHT_HEADERS, readParams } from "./params.ts";
import { respond } from "./respond.ts";

const GRAPHQL_RESPONSE = "application/graphql-response+json";

export interface GraphQLRoute {
  handle(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void>;
  /** Requests in progress. */
  inFlight(): number;
}

/** `/graphql`: who asks, what is asked, the answer. One request more than the limit is told to come back instead of making all wait. */
export function graphqlRoute(answer: Answerer, auth: Authenticator, clientOf: (request: IncomingMessage) => ClientInfo, limits: Limits, metrics: Metrics, log: Log): GraphQLRoute {
  let inFlight = 0;

  async function handle(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    const startedAt = performance.now();
    let type = "application/json";
    let status: number;
    let outcome: string;
    let operation: string | undefined;
    inFlight += 1;
    metrics.inFlight(inFlight);
    try {
      if (inFlight > limits.inFlight) throw new Refusal(503, "OVERLOADED", "Too many requests are in progress; try again shortly.", { headers: { "retry-after": "1" } });
      type = negotiate(request.headers.accept);
      const viewer = await auth.viewerOf(request.headers.authorization);
      const params = await readParams(request, limits);
      const gone = new AbortController();
      response.once("close", () => { if (!response.writableFinished) gone.abort(new Error("the client went away")); });
      const answered = await answer(params, { viewer, requestId, client: clientOf(request), gone: gone.signal, method: request.method === "GET" ? "GET" : "POST", headers: headersFor(request, type) });
      ({ status, outcome, operation } = answered);
      respond(response, status, `${type}; charset=utf-8`, answered.body, answered.headers);
    } catch (error) {
      const refused = refusedAnswer(error) ?? { status: 500, headers: {}, code: "INTERNAL", errors: [maskError(error, requestId, log)] };
      status = refused.status;
      outcome = "refused";
      metrics.refused(refused.code);
      respond(response, status, `${type}; charset=utf-8`, JSON.stringify({ errors: refused.errors }), refused.headers);
    } finally {
      inFlight -= 1;
      metrics.inFlight(inFlight);
    }
    const ms = performance.now() - startedAt;
    metrics.answered(status, outcome, ms / 1000);
    log.info({ requestId, operation, status, outcome, ms: Math.round(ms) }, "answered");
  }

  return { handle, inFlight: () => inFlight };
}

/** What the GraphQL server needs to see: what tells a forged request, and the type that was chosen, if not the usual one. The token stays here. */
function headersFor(request: IncomingMessage, type: string): Map<string, string> {
  const headers = new Map(type === GRAPHQL_RESPONSE ? [["accept", type]] : []);
  for (const name of ["content-type", ...PREFLIGHT_HEADERS]) {
    const value = request.headers[name];
    if (typeof value === "string") headers.set(name, value);
  }
  return headers;
}

function negotiate(accept: string | undefined): string {
  if (accept === undefined || accept === "") return "application/json";
  const types = accept.split(",").map((part) => part.split(";", 1)[0]?.trim().toLowerCase());
  if (types.includes(GRAPHQL_RESPONSE)) return GRAPHQL_RESPONSE;
  if (types.some((type) => type === "application/json" || type === "application/*" || type === "*/*")) return "application/json";
  throw new Refusal(406, "BAD_REQUEST", `Answers come as application/json or ${GRAPHQL_RESPONSE}.`);
}

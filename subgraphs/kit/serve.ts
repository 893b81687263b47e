import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "#platform/clock.ts";
import type { Log } from "#platform/log.ts";
import { subgraphExecutor } from "./execute.ts";
import { HOP_HEADER, HopRefused, hopVerifier } from "./hop.ts";
import type { HopKey } from "./hop.ts";
import { readBytes } from "./readBytes.ts";
import type { Subgraph } from "./subgraph.ts";

export interface ServeOptions {
  subgraph: Subgraph;
  /** 0 takes a free one. */
  port: number;
  /** Where to listen; loopback where not given. */
  host?: string;
  /** The key, or the keys while one replaces another. */
  hopKey: HopKey | readonly HopKey[];
  log: Log;
  clock?: Clock;
  /** Bytes of a body; representations of large fetches fit well. */
  bodyBytes?: number;
  /** Milliseconds that calls in progress may take once closing began. */
  drainMs?: number;
}

export interface ServedSubgraph {
  /** Where the gateway posts fetches. */
  readonly url: string;
  close(): Promise<void>;
}

const DEFAULT_BODY_BYTES = 8_000_000;

/**
 * A subgraph as a process of its own: `POST /graphql` for signed calls of the gateway, `GET /healthz` and `GET /readyz` for the
 * supervisor, nothing else. Closing stops new calls, lets those in progress end, then closes the subgraph.
 */
export async function serveSubgraph({ subgraph, port, host = "127.0.0.1", hopKey, log, clock, bodyBytes = DEFAULT_BODY_BYTES, drainMs = 10_000 }: ServeOptions): Promise<ServedSubgraph> {
  const verify = hopVerifier(subgraph.name, Array.isArray(hopKey) ? hopKey : [hopKey as HopKey], clock);
  const run = subgraphExecutor(subgraph, log);
  let closing = false;

  async function answerFetch(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const header = request.headers[HOP_HEADER];
    // Without an envelope not a byte of the body is read.
    if (typeof header !== "string") return refuse(request, response, 401, "unsigned call");
    const body = await readBytes(request, bodyBytes);
    if (!body) return refuse(request, response, 413, "body too large");
    const claims = verify(header, body);
    const call = JSON.parse(body.toString("utf8")) as { query: string; operationName?: string; variables?: Record<string, unknown> };
    const abort = new AbortController();
    // A change is carried through, whoever waits for it.
    const isRead = !/^\s*mutation\b/.test(call.query);
    const timer = isRead ? setTimeout(() => abort.abort(new Error("deadline")), claims.deadlineMs) : undefined;
    const onGone = (): void => { if (isRead && !response.writableFinished) abort.abort(new Error("the caller went away")); };
    response.once("close", onGone);
    try {
      const answer = await run({
        query: call.query, operationName: call.operationName, variables: call.variables ?? {},
        request: { viewer: claims.viewer, requestId: claims.requestId, signal: abort.signal, fresh: claims.fresh === true || !isRead, client: claims.client },
      });
      send(response, 200, answer);
    } finally {
      clearTimeout(timer);
      response.off("close", onGone);
    }
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split("?", 1)[0];
    if (request.method === "GET" && path === "/healthz") return send(response, 200, { status: "ok" });
    if (request.method === "GET" && path === "/readyz") {
      const ready = !closing && (await subgraph.ready().then(() => true, () => false));
      return send(response, ready ? 200 : 503, { status: ready ? "ready" : "not ready" });
    }
    if (path !== "/graphql") return refuse(request, response, 404, "no such path");
    if (request.method !== "POST") return refuse(request, response, 405, "fetches are posted");
    return answerFetch(request, response);
  }

  const server = createServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      if (error instanceof HopRefused) {
        log.warn({ subgraph: subgraph.name, reason: error.message }, "refused a call");
        return refuse(request, response, 401, "unsigned call");
      }
      if (error instanceof SyntaxError) return refuse(request, response, 400, "the body is not JSON");
      log.error({ subgraph: subgraph.name, error }, "a call failed");
      return refuse(request, response, 500, "internal error");
    });
  });
  // Longer than the gateway keeps an idle connection: otherwise it may reuse one that is just being closed.
  server.keepAliveTimeout = 75_000;
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  await new Promise<void>((listening, failed) => server.once("error", failed).listen(port, host, listening));
  const address = server.address() as AddressInfo;

  return {
    url: `http://${host}:${address.port}/graphql`,
    async close() {
      closing = true;
      // node's own close looks for idle connections once; those in use fall idle later.
      const sweep = setInterval(() => server.closeIdleConnections(), 50);
      const late = setTimeout(() => server.closeAllConnections(), drainMs);
      await new Promise<void>((done) => server.close(() => done()));
      clearInterval(sweep);
      clearTimeout(late);
      await subgraph.close();
    },
  };
}

function send(response: ServerResponse, status: number, value: object): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { "content-type": "application/json", "content-length": body.length });
  response.end(body);
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) return void response.destroy();
  // The rest of a refused body is not read: the connection ends with the answer.
  if (!request.complete) response.setHeader("connection", "close");
  send(response, status, { errors: [{ message, extensions: { code: status === 401 ? "UNAUTHENTICATED" : "BAD_REQUEST" } }] });
}

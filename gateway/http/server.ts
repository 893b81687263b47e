import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { maskError } from "#kit/errors.ts";
import type { Log } from "#platform/log.ts";
import { callbackPage } from "../identity/callbackPage.ts";
import type { Metrics } from "../metrics.ts";
import type { AccountRoute } from "../account/accountRoute.ts";
import type { PaymentsRoute } from "../payments/paymentsRoute.ts";
import type { ObjectsRoute } from "../objects/objectsRoute.ts";
import type { GraphQLRoute } from "./graphqlRoute.ts";
import { respond, respondJson } from "./respond.ts";

export interface ServerParts {
  graphql: GraphQLRoute;
  /** Webhooks of payment providers and pages of payers. */
  payments: PaymentsRoute;
  /** Pages that the links of mails about accounts lead to. */
  account: AccountRoute;
  /** Uploads and pictures. */
  objects: ObjectsRoute;
  /** Answers GET under `/`, or returns false when it has no such page. */
  pages: (path: string, response: ServerResponse) => boolean;
  /** Resolves when every part can answer. */
  ready: () => Promise<void>;
  metrics: Metrics;
  log: Log;
}

export interface Listening {
  readonly url: string;
  /** Stops accepting, lets requests in progress end, at most `drainMs`. */
  close(drainMs?: number): Promise<void>;
}

const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** The gateway's own HTTP server on node:http: a framework would cost as much again as answering a small query. */
export async function listen(parts: ServerParts, port: number, host: string): Promise<Listening> {
  let closing = false;

  async function route(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    if (path === "/graphql") return parts.graphql.handle(request, response, requestId);
    if (await parts.payments.handle(path, request, response, requestId)) return;
    if (await parts.account.handle(path, request, response, requestId)) return;
    if (await parts.objects.handle(path, request, response)) return;
    if (callbackPage(path, request, response)) return;
    if (request.method !== "GET" && request.method !== "HEAD") return respondError(response, 405, "Only GET is answered here; GraphQL is asked at /graphql.", { allow: "GET, HEAD" });
    switch (path) {
      case "/healthz":
        return respondJson(response, 200, { status: "ok" });
      case "/readyz": {
        const ready = !closing && (await parts.ready().then(() => true, () => false));
        return respondJson(response, ready ? 200 : 503, { status: ready ? "ready" : closing ? "closing" : "not ready" }, ready ? {} : { "retry-after": "1" });
      }
      case "/metrics":
        return respond(response, 200, parts.metrics.contentType, await parts.metrics.text());
      default:
        if (!parts.pages(path, response)) respondError(response, 404, "There is nothing here; GraphQL is asked at /graphql.");
    }
  }

  const server = createServer((request, response) => {
    const given = request.headers["x-request-id"];
    const requestId = typeof given === "string" && REQUEST_ID.test(given) ? given : randomUUID();
    response.setHeader("x-request-id", requestId);
    if (closing) response.setHeader("connection", "close");
    route(request, response, requestId).catch((error: unknown) => {
      const { message, extensions } = maskError(error, requestId, parts.log);
      if (response.headersSent) response.destroy();
      else respondJson(response, 500, { errors: [{ message, extensions }] });
    });
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 20_000;
  server.keepAliveTimeout = 65_000;
  server.on("clientError", (_error, socket) => {
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: application/json\r\n\r\n" + JSON.stringify({ errors: [{ message: "The request is not valid HTTP.", extensions: { code: "BAD_REQUEST" } }] }));
  });
  await new Promise<void>((listening, failed) => server.once("error", failed).listen(port, host, listening));
  const address = server.address() as AddressInfo;

  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`,
    async close(drainMs = 10_000) {
      closing = true;
      await drained(server, drainMs);
    },
  };
}

/** Closes kept connections as they fall idle: node's own close looks for idle ones once, at its start. */
async function drained(server: Server, drainMs: number): Promise<void> {
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const late = setTimeout(() => server.closeAllConnections(), drainMs);
  await new Promise<void>((done) => server.close(() => done()));
  clearInterval(sweep);
  clearTimeout(late);
}

function respondError(response: ServerResponse, status: number, message: string, headers: Record<string, string> = {}): void {
  respondJson(response, status, { errors: [{ message, extensions: { code: status === 404 ? "NOT_FOUND" : "BAD_REQUEST" } }] }, headers);
}

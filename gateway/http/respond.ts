import type { ServerResponse } from "node:http";

/** On every answer: nothing of ours is guessed at, framed or told onwards. */
const COMMON_HEADERS = { "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "x-frame-options": "DENY", "cache-control": "no-store" } as const;

export function respond(response: ServerResponse, status: number, type: string, body: Buffer | string, headers: Readonly<Record<string, string>> = {}): void {
  if (response.destroyed) return;
  response.writeHead(status, { ...COMMON_HEADERS, "content-type": type, "content-length": Buffer.byteLength(body), ...headers });
  // A text goes out in one piece with its head, bytes would go in a second one.
  response.end(response.req.method === "HEAD" ? undefined : body);
}

export function respondJson(response: ServerResponse, status: number, value: object, headers: Readonly<Record<string, string>> = {}): void {
  respond(response, status, "application/json; charset=utf-8", JSON.stringify(value), headers);
}

import type { IncomingMessage } from "node:http";
import type { Limits } from "../limits/limits.ts";
import { Refusal } from "../refusal.ts";
import type { GraphQLParams } from "../request.ts";

/** Headers that a browser sends across origins only after asking: a request with one of them was not forged by a page. */
export const PREFLIGHT_HEADERS = ["x-martgraph-csrf", "apollo-require-preflight", "x-apollo-operation-name"];
/** A refused body is read and thrown away up to this many times the limit, so that an honest client gets to read the answer. */
const LINGER = 8;

/**
 * The GraphQL parameters of an HTTP request: a JSON object by POST, or a query string by GET for queries. Throws {@link Refusal}.
 * Source: the GraphQL-over-HTTP draft, sections "POST" and "GET".
 */
export async function readParams(request: IncomingMessage, limits: Limits): Promise<GraphQLParams> {
  if (request.method === "POST") return paramsFromJson(await readJson(request, limits));
  if (request.method === "GET") return paramsFromQueryString(request);
  throw new Refusal(405, "BAD_REQUEST", "GraphQL is asked by POST, or by GET for queries.", { headers: { allow: "GET, POST" } });
}

async function readJson(request: IncomingMessage, limits: Limits): Promise<unknown> {
  const type = request.headers["content-type"] ?? "";
  const [media, ...parameters] = type.split(";").map((part) => part.trim().toLowerCase());
  // Any other type could be posted by a form on a foreign page without the browser asking first.
  if (media !== "application/json") throw new Refusal(415, "BAD_REQUEST", 'The body must be JSON, with "content-type: application/json".');
  const charset = parameters.find((parameter) => parameter.startsWith("charset="));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) throw new Refusal(415, "BAD_REQUEST", "The body must be UTF-8.");
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") throw new Refusal(415, "BAD_REQUEST", "Compressed bodies are not accepted.");
  const body = await readBody(request, limits.bodyBytes);
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new Refusal(400, "BAD_REQUEST", "The body is not valid JSON.");
  }
}

function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = (): Refusal => new Refusal(413, "LIMIT_EXCEEDED", `The body is larger than ${limit} bytes (limit "bodyBytes").`, { headers: { connection: "close" } });
  if (Number(request.headers["content-length"] ?? 0) > limit * LINGER) return Promise.reject(tooLarge());
  const chunks: Buffer[] = [];
  let size = 0;
  // By its events: the stream's iterator costs as much as all else of reading a small body.
  return new Promise((resolve, reject) => {
    let isWhole = false;
    const cut = (): void => { if (!isWhole) reject(new Refusal(400, "BAD_REQUEST", "The body ended before it was complete.")); };
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit * LINGER) {
        request.pause();
        reject(tooLarge());
      } else if (size <= limit) chunks.push(chunk);
    });
    request.once("end", () => {
      isWhole = true;
      if (size > limit) reject(tooLarge());
      else resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size));
    });
    request.once("error", cut);
    request.once("close", cut);
  });
}

function paramsFromJson(body: unknown): GraphQLParams {
  if (Array.isArray(body)) throw new Refusal(400, "BAD_REQUEST", "Send one operation per request: batches are not accepted.");
  if (!isObject(body)) throw new Refusal(400, "BAD_REQUEST", 'The body must be a JSON object with "query".');
  return params(body["query"], body["operationName"], body["variables"], body["extensions"]);
}

function paramsFromQueryString(request: IncomingMessage): GraphQLParams {
  const { headers } = request;
  if (!PREFLIGHT_HEADERS.some((name) => headers[name])) {
    throw new Refusal(400, "CSRF_REFUSED", `Queries by GET need the header "${PREFLIGHT_HEADERS[0]}: 1", which a foreign page cannot send unasked; or use POST with JSON.`);
  }
  const search = new URLSearchParams((request.url ?? "").split("?")[1] ?? "");
  for (const name of ["query", "operationName", "variables", "extensions"]) {
    if (search.getAll(name).length > 1) throw new Refusal(400, "BAD_REQUEST", `"${name}" is given more than once.`);
  }
  return params(search.get("query"), search.get("operationName"), fromJson(search.get("variables")), fromJson(search.get("extensions")));
}

function fromJson(text: string | null): unknown {
  if (text === null || text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, "BAD_REQUEST", "A parameter of the address is not valid JSON.");
  }
}

function params(query: unknown, operationName: unknown, variables: unknown, extensions: unknown): GraphQLParams {
  if (typeof query !== "string" || query.trim() === "") throw new Refusal(400, "BAD_REQUEST", '"query" must be a GraphQL document as a string.');
  if (operationName !== undefined && operationName !== null && typeof operationName !== "string") throw new Refusal(400, "BAD_REQUEST", '"operationName" must be a string.');
  if (variables !== undefined && variables !== null && !isObject(variables)) throw new Refusal(400, "BAD_REQUEST", '"variables" must be an object.');
  if (extensions !== undefined && extensions !== null && !isObject(extensions)) throw new Refusal(400, "BAD_REQUEST", '"extensions" must be an object.');
  return { query, operationName: operationName ? (operationName as string) : undefined, variables: (variables as Record<string, unknown> | null | undefined) ?? {} };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

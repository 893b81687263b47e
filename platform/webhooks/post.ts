import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { AddressRefused, isInsideAddress, publicLookup } from "./address.ts";

/** What came of one try. `error` is a sentence, null when it was taken. */
export interface PostOutcome {
  readonly status: number | null;
  readonly error: string | null;
  /** The beginning of the answer, without control characters. */
  readonly answer: string | null;
  readonly durationMs: number;
  /** Seconds that the receiver asked us to wait, if it did. */
  readonly retryAfter: number | null;
}

export interface PostOptions {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For everything: looking up, connecting, sending, the whole answer. */
  readonly timeoutMs: number;
  readonly allowPrivate: boolean;
  readonly signal?: AbortSignal;
}

/** More of an answer is not read. */
const MOST_ANSWER_BYTES = 16_384;
const KEPT_ANSWER = 500;
const MAX_RETRY_AFTER = 3_600;

/** Posts JSON once, to a public address unless told otherwise, follows no redirect and never throws. */
export async function post(options: PostOptions): Promise<PostOutcome> {
  const begun = performance.now();
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
  const done = (outcome: Omit<PostOutcome, "durationMs">): PostOutcome => ({ ...outcome, durationMs: Math.round(performance.now() - begun) });
  try {
    const response = await send(options, signal);
    const answer = await readAnswer(response, signal);
    const status = response.statusCode ?? 0;
    return done({ status, error: status >= 200 && status < 300 ? null : describe(status), answer, retryAfter: retryAfter(response) });
  } catch (error) {
    return done({ status: null, error: timeout.aborted ? `no whole answer within ${options.timeoutMs} ms` : reason(error), answer: null, retryAfter: null });
  }
}

function send({ url, body, headers, allowPrivate }: PostOptions, signal: AbortSignal): Promise<IncomingMessage> {
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, "");
  // An address in the URL itself is never looked up.
  if (!allowPrivate && isIP(host) !== 0 && isInsideAddress(host)) throw new AddressRefused(`${host} is not on the public internet`);
  if (!allowPrivate && target.protocol !== "https:") throw new AddressRefused("the URL is not https");
  const settings: RequestOptions = {
    method: "POST",
    signal,
    agent: false,
    headers: { ...headers, "content-type": "application/json", "content-length": Buffer.byteLength(body), "user-agent": "Martgraph-Webhooks/1", accept: "*/*" },
    ...(allowPrivate ? {} : { lookup: publicLookup }),
  };
  return new Promise((resolve, reject) => {
    const request = (target.protocol === "https:" ? httpsRequest : httpRequest)(target, settings, resolve);
    request.once("error", reject);
    request.end(body);
  });
}

async function readAnswer(response: IncomingMessage, signal: AbortSignal): Promise<string | null> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of response) {
      parts.push(part as Buffer);
      size += (part as Buffer).length;
      if (size >= MOST_ANSWER_BYTES) break;
    }
  } catch (error) {
    // The status has come; an answer that breaks off matters only where it is still being waited for.
    if (signal.aborted) throw error;
  } finally {
    response.destroy();
  }
  const text = Buffer.concat(parts).toString("utf8").replaceAll(/\p{Cc}+/gu, " ").trim().slice(0, KEPT_ANSWER);
  return text === "" ? null : text;
}

function describe(status: number): string {
  if (status >= 300 && status < 400) return `answered ${status}; redirects are not followed: give the final URL`;
  return `answered ${status}`;
}

function reason(error: unknown): string {
  if (error instanceof AddressRefused) return `refused: ${error.message}`;
  const { code, message } = error as { code?: string; message?: string };
  return (code && message && !message.includes(code) ? `${code}: ${message}` : (message ?? code ?? "failed")).slice(0, KEPT_ANSWER);
}

function retryAfter(response: IncomingMessage): number | null {
  const seconds = Number(response.headers["retry-after"]);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, MAX_RETRY_AFTER) : null;
}

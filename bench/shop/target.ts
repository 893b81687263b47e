import { Pool as Connections } from "undici";
import type { Step } from "./operations.ts";
import { at, type Values } from "./fillIn.ts";

export type Kind = "graphql" | "rest";

/** An endpoint under test, over kept connections. */
export interface Target {
  /** Sends one filled step; `why` says what was wrong with the answer, undefined where it is as expected. */
  send(step: Step, fill: (template: unknown) => unknown): Promise<{ bytes: number; saved: Values; answer: unknown; why: string | undefined }>;
  close(): Promise<void>;
}

export function openTarget(url: string, kind: Kind, connections: number): Target {
  const { origin, pathname, search } = new URL(url);
  const base = kind === "graphql" ? `${pathname}${search}` : pathname.replace(/\/$/, "");
  const pool = new Connections(origin, { connections, pipelining: 1, keepAliveTimeout: 60_000, headersTimeout: 60_000, bodyTimeout: 60_000 });
  return {
    async send(step, fill) {
      const body = kind === "graphql" ? { query: step.query, variables: fill(step.variables ?? {}) } : step.body === undefined ? undefined : fill(step.body);
      const response = await pool.request({
        path: kind === "graphql" ? base : `${base}${String(fill(step.path ?? ""))}`,
        method: kind === "graphql" ? "POST" : (step.method ?? "GET"),
        headers: { "content-type": "application/json", accept: "application/json", ...(fill(step.headers ?? {}) as Record<string, string>) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.body.text();
      const { answer, why } = judge(step, response.statusCode, text, kind);
      const saved = Object.fromEntries(Object.entries(step.save ?? {}).map(([name, place]) => [name, at(answer, place)]));
      return { bytes: Buffer.byteLength(text), saved, answer, why };
    },
    close: () => pool.close(),
  };
}

function judge(step: Step, status: number, text: string, kind: Kind): { answer: unknown; why: string | undefined } {
  if (status >= 400) return { answer: undefined, why: `status ${status}: ${text.slice(0, 300)}` };
  let answer: unknown;
  try {
    answer = text === "" ? null : JSON.parse(text);
  } catch {
    return { answer: undefined, why: "the answer is no JSON" };
  }
  if (kind === "graphql" && at(answer, "errors") !== undefined) return { answer, why: text.slice(0, 300) };
  for (const { at: place, equals } of step.expect ?? []) {
    const found = at(answer, place);
    if (found === undefined || found === null || (equals !== undefined && found !== equals)) return { answer, why: `"${place}" is ${JSON.stringify(found)}: ${text.slice(0, 300)}` };
  }
  return { answer, why: undefined };
}

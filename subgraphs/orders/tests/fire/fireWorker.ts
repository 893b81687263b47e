import { wallClock } from "#platform/clock.ts";
import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import type { Log } from "#platform/log.ts";
import { subgraphExecutor } from "#kit/execute.ts";
import { testClocks } from "#kit/testing/testClocks.ts";
import type { Viewer } from "#kit/viewer.ts";
import { createFakePayments } from "../../ports/fake/createFakePayments.ts";
import { createOrdersSubgraph } from "../../subgraph.ts";

/** What a process of the shop is told when it starts. */
export interface FireSettings {
  readonly config: DatabaseConfig;
  readonly connections: number;
  readonly webhookSecret: string;
  /** Whether what the stand-in tells by webhook is kept for somebody who delivers it. */
  readonly keepEvents: boolean;
  /** How far its wall clock is ahead: what was forgotten runs out in it. */
  readonly aheadMs: number;
  readonly sweepSeconds: number;
}

/** One request, and what comes of it. */
export interface FireRequest {
  readonly id: number;
  readonly viewer: Viewer;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}
export type FireReply =
  | { readonly kind: "READY" }
  | { readonly kind: "ANSWER"; readonly id: number; readonly data?: Record<string, unknown> | null; readonly errors?: readonly { message: string }[] }
  /** Something that the log would page somebody for. */
  | { readonly kind: "TROUBLE"; readonly text: string };

// A process that runs the orders slice, its sweeper too, and answers what its starter asks of it until that one is gone.
const settings = JSON.parse(process.argv[2] ?? "") as FireSettings;
// Whoever asked may be gone meanwhile.
const tell = (reply: FireReply): void => { if (process.connected) process.send?.(reply, undefined, undefined, () => {}); };
const trouble = (fields: object, message: string): void => {
  const { error } = fields as { error?: unknown };
  const causes: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) causes.push(cause.message);
  tell({ kind: "TROUBLE", text: [message, ...causes].join(": ") });
};
const log: Log = { debug() {}, info() {}, warn() {}, error: trouble, child: () => log };
const db = Database.open({ ...settings.config, max: settings.connections });
const wall = { now: () => new Date(wallClock.now().getTime() + settings.aheadMs) };
const subgraph = await createOrdersSubgraph({
  db, clocks: { business: testClocks.business, wall }, log, sweepSeconds: settings.sweepSeconds,
  payments: createFakePayments(db, { webhookSecret: settings.webhookSecret, keepEvents: settings.keepEvents }),
});
const execute = subgraphExecutor(subgraph, log);
process.on("message", (request: FireRequest) => {
  const { id, viewer, query, variables } = request;
  void execute({ query, variables, request: { viewer, requestId: `fire-${id}`, signal: new AbortController().signal } }).then(
    ({ data, errors }) => tell({ kind: "ANSWER", id, ...(data === undefined ? {} : { data }), ...(errors ? { errors } : {}) }),
    (error: unknown) => tell({ kind: "ANSWER", id, errors: [{ message: String(error) }] }));
});
const end = () => void subgraph.close().then(() => db.close()).then(() => process.exit(0));
process.once("disconnect", end);
// Its starter may be gone by now.
if (process.connected) tell({ kind: "READY" });
else end();

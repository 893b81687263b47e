import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Answer, graphOf, Run } from "#kit/testing/graphOf.ts";
import { GUEST, type Viewer } from "#kit/viewer.ts";
import { childEnvironment } from "#platform/config.ts";
import type { DatabaseConfig } from "#platform/db/database.ts";
import type { FireReply, FireRequest, FireSettings } from "./fireWorker.ts";

export type Graph = ReturnType<typeof graphOf>;

/** When processes die: one after each of so many answers, or one every so many milliseconds as long as there is work. */
export type Kills = { readonly afterAnswers: readonly number[] } | { readonly everyMs: number };

export interface CrewOptions {
  /** As martgraph_orders. */
  readonly config: DatabaseConfig;
  readonly random: () => number;
  readonly kills: Kills;
  readonly processes: number;
  /** How many requests one process works on at a time; the others wait outside. */
  readonly atOnce?: number;
  readonly connections?: number;
  readonly leaseSeconds?: number;
  readonly webhookSecret?: string;
  readonly keepEvents?: boolean;
}

/** Processes of the shop that die, once it burns, and are replaced. */
export interface Crew extends AsyncDisposable {
  /** The graph as a client sees it who asks again, with the same content and key, when the connection is lost. */
  readonly graph: Graph;
  readonly kills: number;
  readonly reissued: number;
  /** What the processes logged as errors, each with how often. */
  readonly troubles: ReadonlyMap<string, number>;
  /** From now on answers count, and processes die. */
  ignite(): void;
  /** Nobody is killed any more. */
  calm(): void;
  /** Starts one more process, whose wall clock is ahead. */
  hireAhead(aheadMs: number): Promise<void>;
}

interface Task {
  readonly request: FireRequest;
  readonly resolve: (run: Run) => void;
}
interface Member {
  readonly child: ChildProcess;
  readonly tasks: Map<number, Task>;
  isReady: boolean;
}

/** Longer than a process takes to start on a busy machine. */
const START_MS = 90_000;
const SWEEP_SECONDS = 0.4;

export async function startCrew(options: CrewOptions): Promise<Crew> {
  const { config, random, processes, atOnce = 16, connections = 8, leaseSeconds = 2, webhookSecret = "whsec_of_the_fire_0123456789", keepEvents = false } = options;
  const members = new Set<Member>();
  const troubles = new Map<string, number>();
  const queue: Task[] = [];
  const counts = { requests: 0, answers: 0, kills: 0, reissued: 0 };
  let state: "CALM" | "FIRE" | "OVER" = "CALM";
  const pending = "afterAnswers" in options.kills ? [...options.kills.afterAnswers].sort((a, b) => a - b) : [];
  const note = (text: string) => void troubles.set(text, (troubles.get(text) ?? 0) + 1);

  function pump(): void {
    while (queue.length > 0) {
      const [idlest] = [...members].filter((one) => one.isReady && one.tasks.size < atOnce).sort((a, b) => a.tasks.size - b.tasks.size);
      const task = idlest && queue.shift();
      if (!task) return;
      idlest.tasks.set(task.request.id, task);
      idlest.child.send(task.request, (error) => { if (error) lose(idlest, task); });
    }
  }

  /** The connection is gone, and with it whatever was done: the client asks again. */
  function lose(member: Member, task: Task): void {
    if (!member.tasks.delete(task.request.id)) return;
    counts.reissued += 1;
    queue.unshift(task);
    pump();
  }

  function hear(member: Member, reply: FireReply): void {
    if (reply.kind === "TROUBLE") return note(reply.text);
    if (reply.kind === "READY") member.isReady = true;
    else {
      const task = member.tasks.get(reply.id);
      member.tasks.delete(reply.id);
      if (state === "FIRE") counts.answers += 1;
      task?.resolve({ data: (reply.data ?? {}) as Answer, ...(reply.errors ? { errors: [...reply.errors] } : {}), statements: [] });
      if (pending.length > 0 && counts.answers >= (pending[0] as number) && kill()) pending.shift();
    }
    pump();
  }

  async function hire(aheadMs = 0): Promise<void> {
    const settings: FireSettings = { config, connections, webhookSecret, keepEvents, aheadMs, sweepSeconds: SWEEP_SECONDS };
    const child = spawn(process.execPath, [join(import.meta.dirname, "fireWorker.ts"), JSON.stringify(settings)], {
      stdio: ["ignore", "inherit", "inherit", "ipc"], env: childEnvironment({ MARTGRAPH_LEASE_SECONDS: String(leaseSeconds) }),
    });
    const member: Member = { child, tasks: new Map(), isReady: false };
    members.add(member);
    child.on("error", (error) => note(`a process could not be started: ${error.message}`));
    child.once("exit", (code, signal) => {
      members.delete(member);
      if (signal !== "SIGKILL" && state !== "OVER") note(`a process ended by itself with ${code ?? signal}`);
      for (const task of member.tasks.values()) lose(member, task);
    });
    child.on("message", (reply: FireReply) => hear(member, reply));
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("a process of the shop does not start")), START_MS);
      child.on("message", () => { clearTimeout(late); resolve(); });
      child.once("exit", () => { clearTimeout(late); resolve(); });
    });
  }

  /** One that is at work, as long as another one is left. */
  function kill(): boolean {
    const ready = [...members].filter((one) => one.isReady);
    const victim = ready[Math.floor(random() * ready.length)];
    if (state !== "FIRE" || ready.length < 2 || !victim) return false;
    victim.isReady = false;
    victim.child.kill("SIGKILL");
    counts.kills += 1;
    void hire().catch((error: Error) => note(error.message));
    return true;
  }

  await Promise.all(Array.from({ length: processes }, () => hire()));
  const timer = "everyMs" in options.kills ? setInterval(kill, options.kills.everyMs) : undefined;
  const run = (viewer: Viewer, query: string, variables: Record<string, unknown> = {}): Promise<Run> => new Promise((resolve) => {
    const task = { request: { id: ++counts.requests, viewer, query, variables }, resolve };
    // The shop's own people do not stand in line behind its buyers.
    if (viewer.roles.length > 0) queue.unshift(task);
    else queue.push(task);
    pump();
  });
  return {
    graph: { as: (viewer) => ({ run: (source, variables) => run(viewer, source, variables) }), run: (source, variables) => run(GUEST, source, variables) },
    get kills() { return counts.kills; },
    get reissued() { return counts.reissued; },
    troubles,
    ignite() {
      state = "FIRE";
    },
    calm() {
      clearInterval(timer);
      state = "CALM";
    },
    hireAhead: (aheadMs) => hire(aheadMs),
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      state = "OVER";
      await Promise.all([...members].map(async ({ child }) => {
        const gone = once(child, "exit");
        child.disconnect();
        await gone;
      }));
    },
  };
}

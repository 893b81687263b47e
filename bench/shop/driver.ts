import { createRandom } from "#shopdata/random.ts";
import { at, filler, Picker, type Values } from "./fillIn.ts";
import type { Operation, OperationsFile, Pool, Step } from "./operations.ts";
import { openTarget, type Kind, type Target } from "./target.ts";

/**
 * The driver is a process of its own, so that its work is in no figure. Its parent tells it what to do, one command at a time.
 */
export type Command =
  | { do: "open"; url: string; kind: Kind; connections: number; file: OperationsFile; pools: Record<string, unknown[]> }
  | { do: "prepare"; operation: string }
  | { do: "busy"; operation: string; count: number; atOnce: number }
  | { do: "run"; operation: string; count: number; rate: number }
  | { do: "close" };

export interface RunReport {
  runs: number;
  /** Milliseconds from when a run was due until its last answer: waiting in a queue counts. */
  latencies: number[];
  bytes: number;
  errors: number;
  firstError: string | undefined;
  seconds: number;
}

const MAX_POOL = 10_000;
const PREPARE_AT_ONCE = 4;

class Driver {
  readonly #target: Target;
  readonly #file: OperationsFile;
  readonly #picker: Picker;
  readonly #contexts = new Map<string, Values[]>();

  private constructor(target: Target, file: OperationsFile, picker: Picker) {
    this.#target = target;
    this.#file = file;
    this.#picker = picker;
  }

  static async open({ url, kind, connections, file, pools }: Extract<Command, { do: "open" }>): Promise<Driver> {
    const target = openTarget(url, kind, connections);
    const filled = new Map<string, unknown[]>(Object.entries(pools));
    for (const [name, pool] of Object.entries(file.pools)) filled.set(name, await fillPool(target, name, pool));
    return new Driver(target, file, new Picker(filled, createRandom(3, "bench driver")));
  }

  async prepare(name: string): Promise<number> {
    const { prepare } = this.#operation(name);
    const contexts: Values[] = [];
    let left = prepare?.contexts ?? 0;
    const worker = async (): Promise<void> => {
      while (left-- > 0 && prepare) {
        const saved: Values = {};
        const { why } = await this.#through(prepare.steps, saved);
        if (why !== undefined) throw new Error(`"${name}" cannot be prepared: ${why}`);
        contexts.push(saved);
      }
    };
    await Promise.all(Array.from({ length: PREPARE_AT_ONCE }, worker));
    this.#contexts.set(name, contexts);
    return contexts.length;
  }

  /** So many runs in progress at any time, each begun when another has ended (closed loop). */
  async busy(name: string, count: number, atOnce: number): Promise<RunReport> {
    const { report, one } = this.#begin(name);
    const startedAt = performance.now();
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < count) await one(next++, performance.now());
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    report.seconds = (performance.now() - startedAt) / 1000;
    return report;
  }

  /** Runs begun at the rate given, whether earlier ones have ended or not (open loop). */
  async run(name: string, count: number, rate: number): Promise<RunReport> {
    const { report, one } = this.#begin(name);
    const startedAt = performance.now();
    const running: Promise<void>[] = [];
    for (let n = 0; n < count; n += 1) {
      const due = startedAt + (n * 1000) / rate;
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      running.push(one(n, due));
    }
    await Promise.all(running);
    report.seconds = (performance.now() - startedAt) / 1000;
    return report;
  }

  /** A report that its runs fill in. */
  #begin(name: string): { report: RunReport; one: (n: number, due: number) => Promise<void> } {
    const { steps } = this.#operation(name);
    const contexts = this.#contexts.get(name) ?? [];
    const report: RunReport = { runs: 0, latencies: [], bytes: 0, errors: 0, firstError: undefined, seconds: 0 };
    const one = async (n: number, due: number): Promise<void> => {
      const saved = { ...(contexts.length > 0 ? contexts[n % contexts.length] : {}) };
      const { bytes, why } = await this.#through(steps, saved).catch((error: unknown) => ({ bytes: 0, why: String(error) }));
      report.runs += 1;
      report.bytes += bytes;
      report.latencies.push(performance.now() - due);
      if (why === undefined) return;
      report.errors += 1;
      report.firstError ??= why;
    };
    return { report, one };
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  async #through(steps: readonly Step[], saved: Values): Promise<{ bytes: number; why: string | undefined }> {
    const fill = filler(this.#picker, saved);
    let bytes = 0;
    for (const step of steps) {
      const sent = await this.#target.send(step, fill);
      bytes += sent.bytes;
      if (sent.why !== undefined) return { bytes, why: sent.why };
      Object.assign(saved, sent.saved);
    }
    return { bytes, why: undefined };
  }

  #operation(name: string): Operation {
    const operation = this.#file.operations.find((candidate) => candidate.name === name);
    if (!operation) throw new Error(`there is no operation "${name}"`);
    return operation;
  }
}

async function fillPool(target: Target, name: string, pool: Pool): Promise<unknown[]> {
  if (Array.isArray(pool)) return pool;
  const entries: unknown[] = [];
  const saved: Values = {};
  if (pool.next) saved[pool.next.as] = null;
  const fill = filler(new Picker(new Map(), createRandom(1, name)), saved);
  for (;;) {
    const { answer, why } = await target.send(pool.request, fill);
    if (why !== undefined) throw new Error(`the pool "${name}" cannot be filled: ${why}`);
    const page = at(answer, pool.take);
    if (!Array.isArray(page)) throw new Error(`the pool "${name}" cannot be filled: there is no list at "${pool.take}"`);
    const { where } = pool;
    entries.push(...(where ? page.filter((entry) => at(entry, where.at) === where.equals) : page));
    const cursor = pool.next && at(answer, pool.next.from);
    if (!pool.next || cursor === null || cursor === undefined || page.length === 0 || entries.length >= MAX_POOL) return entries;
    saved[pool.next.as] = cursor;
  }
}

let driver: Driver | undefined;

async function obey(command: Command): Promise<unknown> {
  if (command.do === "open") {
    driver = await Driver.open(command);
    return undefined;
  }
  if (!driver) throw new Error("the driver has not been opened");
  switch (command.do) {
    case "prepare":
      return driver.prepare(command.operation);
    case "busy":
      return driver.busy(command.operation, command.count, command.atOnce);
    case "run":
      return driver.run(command.operation, command.count, command.rate);
    case "close":
      return driver.close();
  }
}

process.on("message", (command: Command) => {
  obey(command).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on("disconnect", () => process.exit());

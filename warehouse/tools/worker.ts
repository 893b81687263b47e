import { fileURLToPath } from "node:url";
import { childEnvironment } from "#platform/config.ts";
import type { Log } from "#platform/log.ts";
import { type ChildChannel, startChild, ToolError } from "./exec.ts";
import { pythonExecutable } from "./python/pythonPath.ts";

/** The Python side said that it could not do what it was asked, and why. The process lives on. */
export class WorkerRefused extends Error {
  override readonly name = "WorkerRefused";
}

export interface WorkerCall {
  signal?: AbortSignal;
  /** Milliseconds; the child is killed after them. 30 minutes where not given. */
  timeoutMs?: number;
  /** What the operation tells while it runs. */
  onEvent?: (event: unknown) => void;
}

/**
 * A long-lived Python process: dbt and Great Expectations take seconds to import, which is paid once. Calls are answered one
 * after another in the order in which they were made. It is started by the first call and again by the first call after it
 * went away (killed, crashed, stopped by an abort).
 */
export interface PythonWorker {
  /**
   * Runs one operation of worker.py and answers its result.
   * @throws WorkerRefused when the operation failed in an expected way, ToolError when the process went away or was aborted.
   */
  call(operation: string, request: object, options?: WorkerCall): Promise<unknown>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface WorkerOptions {
  log: Log;
  /** Added to the environment. */
  env?: Readonly<Record<string, string>>;
  python?: string;
}

interface Answer {
  id: number;
  event?: unknown;
  ok?: boolean;
  result?: unknown;
  error?: string;
}

interface Waiting {
  answer(answer: Answer): void;
  lost(error: ToolError): void;
}

const SCRIPT = fileURLToPath(new URL("./python/worker.py", import.meta.url));
const DEFAULT_TIMEOUT_MS = 30 * 60_000;

export function startPythonWorker(options: WorkerOptions): PythonWorker {
  return new Worker(options);
}

class Worker implements PythonWorker {
  readonly #options: WorkerOptions;
  readonly #waiting = new Map<number, Waiting>();
  #child: ChildChannel | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #lastId = 0;
  #closed = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  call(operation: string, request: object, options: WorkerCall = {}): Promise<unknown> {
    const result = this.#queue.then(() => this.#call(operation, request, options));
    this.#queue = result.catch(() => {});
    return result;
  }

  async #call(operation: string, request: object, { signal, timeoutMs = DEFAULT_TIMEOUT_MS, onEvent }: WorkerCall): Promise<unknown> {
    if (this.#closed) throw new ToolError("the Python worker is closed");
    signal?.throwIfAborted();
    const child = (this.#child ??= this.#start());
    const id = (this.#lastId += 1);
    let reason = `the Python worker went away during ${operation}`;
    // There is no stopping half-way inside of dbt: whoever aborts a call ends the process, and the next call starts another.
    const stop = (why: string) => () => {
      reason = why;
      child.kill();
    };
    const onAbort = stop(`${operation} was stopped`);
    const timer = setTimeout(stop(`${operation} did not end within ${timeoutMs / 1000} s and was stopped`), timeoutMs);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      const answer = await new Promise<Answer>((resolve, reject) => {
        this.#waiting.set(id, {
          answer: (message) => (message.event === undefined ? resolve(message) : onEvent?.(message.event)),
          lost: (error) => reject(new ToolError(reason, error.stderr)),
        });
        child.write(JSON.stringify({ id, operation, request }));
      });
      if (!answer.ok) throw new WorkerRefused(answer.error ?? `${operation} failed`);
      return answer.result;
    } finally {
      this.#waiting.delete(id);
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  #start(): ChildChannel {
    const { log, env = {}, python = pythonExecutable() } = this.#options;
    const child = startChild(
      { file: python, args: ["-u", SCRIPT], env: childEnvironment(env) },
      (line) => {
        const answer = JSON.parse(line) as Answer;
        this.#waiting.get(answer.id)?.answer(answer);
      },
      (text) => log.debug({ stderr: text }, "python worker"),
    );
    void child.gone.then(({ stderr }) => {
      if (this.#child === child) this.#child = undefined;
      if (!this.#closed) log.warn({ stderr: stderr.slice(-500) }, "the Python worker is gone; the next call starts another");
      for (const waiting of this.#waiting.values()) waiting.lost(new ToolError("gone", stderr));
    });
    return child;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#child?.close();
    await this.#queue;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

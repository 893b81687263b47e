import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { childEnvironment } from "#platform/config.ts";

/** A child process that is spoken to by messages, one question at a time. */
export class Child {
  readonly process: ChildProcess;

  constructor(script: string, { args = [], execArgv = [], env = {} }: { args?: readonly string[]; execArgv?: readonly string[]; env?: Record<string, string> } = {}) {
    this.process = fork(join(import.meta.dirname, script), args, { execArgv: [...execArgv], env: childEnvironment(env), stdio: ["ignore", "ignore", "inherit", "ipc"] });
  }

  get pid(): number {
    return this.process.pid as number;
  }

  /** The next message. @throws when the process ends before it says anything. */
  next<T>(): Promise<T> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`a process of the benchmark ended with code ${code}`));
      this.process.once("exit", ended);
      this.process.once("message", (message) => {
        this.process.off("exit", ended);
        resolve(message as T);
      });
    });
  }

  ask<T>(question: unknown): Promise<T> {
    const answer = this.next<T>();
    this.process.send(question as object);
    return answer;
  }

  async stop(signal: "disconnect" | "SIGTERM" = "disconnect"): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.process.once("exit", resolve));
    if (signal === "disconnect") this.process.disconnect();
    else this.process.kill(signal);
    await gone;
  }
}

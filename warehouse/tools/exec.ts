import { execa, type ExecaError } from "execa";

/** A program to run. `env` is the whole environment of the child: nothing of ours is passed on beside it. */
export interface ToolCommand {
  file: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd?: string;
}

export interface ToolRequest extends ToolCommand {
  /** Text for its stdin; closed and empty where not given. */
  input?: string;
  /** Milliseconds after which it is killed; no bound where not given. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Every line of stdout as it comes. */
  onLine?: (line: string) => void;
}

export interface ToolResult {
  exitCode: number;
  stdout: string;
  stderr: string;
  seconds: number;
}

/** A program could not be started, was stopped, or went away. `message` says which and what to do; `stderr` is its last words. */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly stderr: string;
  constructor(message: string, stderr = "", options?: ErrorOptions) {
    super(message, options);
    this.stderr = stderr;
  }
}

const OUTPUT_LIMIT = 64 * 1024 * 1024;
const LAST_WORDS = 4_000;

/** The groups of our children that live. A group outlives its leader's parent, so it is ended with us. */
const groups = new Set<number>();
process.on("exit", () => {
  for (const pid of groups) signalGroup(pid, "SIGKILL");
});

/**
 * Runs a program to its end in a process group of its own: a Ctrl-C at the terminal reaches us first, and whatever the
 * program started goes when it goes. Any exit code is an answer.
 * @throws ToolError when it cannot be started, is aborted, runs out of time or is killed by a signal.
 */
export async function runTool(request: ToolRequest): Promise<ToolResult> {
  const started = performance.now();
  request.signal?.throwIfAborted();
  const child = execa(request.file, request.args, {
    ...childOptions(request),
    ...(request.input === undefined ? { stdin: "ignore" as const } : { input: request.input }),
    maxBuffer: OUTPUT_LIMIT,
    ...(request.timeoutMs ? { timeout: request.timeoutMs } : {}),
  });
  const pid = child.pid;
  if (pid) groups.add(pid);
  const stop = () => pid && signalGroup(pid, "SIGKILL");
  request.signal?.addEventListener("abort", stop, { once: true });
  try {
    if (request.onLine) for await (const line of child) request.onLine(String(line));
    const result = await child;
    if (request.signal?.aborted) throw new ToolError(`${request.file} was stopped`);
    if (result.exitCode === undefined) throw failure(request, result as unknown as ExecaError);
    return { exitCode: result.exitCode, stdout: String(result.stdout ?? ""), stderr: String(result.stderr ?? ""), seconds: (performance.now() - started) / 1000 };
  } finally {
    request.signal?.removeEventListener("abort", stop);
    if (pid) {
      signalGroup(pid, "SIGKILL");
      groups.delete(pid);
    }
  }
}

function failure(request: ToolRequest, error: ExecaError): ToolError {
  const stderr = String(error.stderr ?? "").slice(-LAST_WORDS);
  const options = { cause: error };
  if (error.code === "ENOENT") return new ToolError(`${request.file} is not there: run the set-up again`, stderr, options);
  if (error.timedOut) return new ToolError(`${request.file} did not end within ${(request.timeoutMs ?? 0) / 1000} s and was stopped`, stderr, options);
  if (error.signal) return new ToolError(`${request.file} was killed by ${error.signal}`, stderr, options);
  return new ToolError(`${request.file} could not be run: ${error.shortMessage}`, stderr, options);
}

/** A child that answers requests for as long as it lives, one JSON document per line on its file descriptor 3. */
export interface ChildChannel {
  readonly pid: number;
  /** Resolves when the child is gone, with its last words on stderr. */
  readonly gone: Promise<{ stderr: string }>;
  write(line: string): void;
  /** Ends its stdin, which is how it is asked to leave; kills its group after the grace. */
  close(graceMs?: number): Promise<void>;
  /** Kills its whole group at once. */
  kill(): void;
}

/** @throws ToolError when the program cannot be started. */
export function startChild(command: ToolCommand, onLine: (line: string) => void, onStderr: (text: string) => void): ChildChannel {
  const child = execa(command.file, command.args, {
    ...childOptions(command),
    // What libraries print goes to stdout; answers have a descriptor of their own, so that no print can break one.
    stdio: ["pipe", "ignore", "pipe", "pipe"],
    buffer: false,
  });
  const pid = child.pid;
  if (!pid) throw new ToolError(`${command.file} cannot be started: run the set-up again`);
  groups.add(pid);
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-LAST_WORDS);
    onStderr(text);
  });
  let rest = "";
  (child.stdio[3] as NodeJS.ReadableStream).setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") onLine(line);
  });
  // A child that died while we wrote: `gone` tells it.
  child.stdin?.on("error", () => {});
  const gone = child.then(
    () => ({ stderr }),
    () => ({ stderr }),
  ).finally(() => {
    signalGroup(pid, "SIGKILL");
    groups.delete(pid);
  });
  return {
    pid,
    gone,
    write: (line) => void child.stdin?.write(`${line}\n`),
    kill: () => signalGroup(pid, "SIGKILL"),
    async close(graceMs = 2_000) {
      child.stdin?.end();
      const timer = setTimeout(() => signalGroup(pid, "SIGKILL"), graceMs);
      await gone;
      clearTimeout(timer);
    },
  };
}

function childOptions(command: ToolCommand) {
  return {
    env: { ...command.env },
    extendEnv: false,
    reject: false as const,
    detached: true,
    cleanup: false,
    ...(command.cwd ? { cwd: command.cwd } : {}),
  };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // the group is gone already
  }
}

import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { childEnvironment } from "#platform/config.ts";
import { silentLog } from "#platform/log.ts";
import { runTool, ToolError } from "../exec.ts";
import { startPythonWorker, WorkerRefused } from "../worker.ts";

const node = (code: string) => ({ file: process.execPath, args: ["-e", code], env: childEnvironment() });
const alive = (pid: number): boolean => {
  // a killed process whose parent has not yet waited for it still answers signal 0
  if (existsSync("/proc")) return existsSync(`/proc/${pid}/exe`) && existsSync(`/proc/${pid}/cmdline`);
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
async function gone(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (!alive(pid)) return true;
    await sleep(20);
  }
  return false;
}

describe("runTool", () => {
  test("answers exit code, output and lines, whatever the code", async () => {
    const lines: string[] = [];
    const result = await runTool({ ...node("console.log('one'); console.log('two'); console.error('why'); process.exitCode = 3"), onLine: (line) => lines.push(line) });
    expect(result).toMatchObject({ exitCode: 3, stdout: "one\ntwo", stderr: "why" });
    expect(lines).toEqual(["one", "two"]);
  });

  test("gives its input and only the environment it was given", async () => {
    vi.stubEnv("MARTGRAPH_TEST_SECRET", "leak");
    try {
      const code = "process.stdin.on('data', (text) => console.log(String(text).trim(), process.env.MARTGRAPH_TEST_SECRET, process.env.GIVEN))";
      const result = await runTool({ ...node(code), env: { ...childEnvironment(), GIVEN: "yes" }, input: "hello" });
      expect(result.stdout).toBe("hello undefined yes");
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("ToolError: a program that is not there is named", async () => {
    await expect(runTool({ file: "/nowhere/python", args: [], env: {} })).rejects.toThrow(/\/nowhere\/python is not there: run the set-up again/);
  });

  test("ToolError: out of time, and what it had started goes with it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "martgraph-exec-"));
    const code = `const child = require('node:child_process').spawn('sleep', ['60']); require('node:fs').writeFileSync(${JSON.stringify(join(folder, "pid"))}, String(child.pid)); setInterval(() => {}, 1000)`;
    await expect(runTool({ ...node(code), timeoutMs: 700, onLine: () => {} })).rejects.toThrow(/did not end within 0.7 s/);
    expect(await gone(Number(await readFile(join(folder, "pid"), "utf8")))).toBe(true);
    await rm(folder, { recursive: true });
  });

  test("ToolError: killed by a signal", async () => {
    await expect(runTool(node("process.kill(process.pid, 'SIGKILL')"))).rejects.toThrow(/was killed by SIGKILL/);
  });

  test("ToolError: stopped by its signal", async () => {
    const stop = new AbortController();
    const running = runTool({ ...node("setInterval(() => {}, 1000)"), signal: stop.signal });
    setTimeout(() => stop.abort(), 200);
    await expect(running).rejects.toThrow(ToolError);
  });
});

describe("the Python worker", { timeout: 30_000 }, () => {
  test("answers in order, survives a refusal, and says what it does not know", async () => {
    const worker = startPythonWorker({ log: silentLog });
    try {
      const first = (await worker.call("ping", {})) as { pid: number };
      await expect(worker.call("fly", {})).rejects.toThrow(new WorkerRefused("there is no operation 'fly'"));
      const more = (await Promise.all([1, 2, 3].map(() => worker.call("ping", {})))) as { pid: number }[];
      expect(more.map(({ pid }) => pid)).toEqual([first.pid, first.pid, first.pid]);
    } finally {
      await worker.close();
    }
    await expect(worker.call("ping", {})).rejects.toThrow(/closed/);
  });

  test("is started again after it was killed, and closing leaves nothing behind", async () => {
    const worker = startPythonWorker({ log: silentLog });
    const first = (await worker.call("ping", {})) as { pid: number };
    process.kill(first.pid, "SIGKILL");
    expect(await gone(first.pid)).toBe(true);
    const second = (await retry(() => worker.call("ping", {}))) as { pid: number };
    expect(second.pid).not.toBe(first.pid);
    await worker.close();
    expect(await gone(second.pid)).toBe(true);
  });

  test("an abort ends the process at once and the next call has another", async () => {
    const worker = startPythonWorker({ log: silentLog });
    try {
      const { pid } = (await worker.call("ping", {})) as { pid: number };
      const stop = new AbortController();
      // importing dbt takes seconds: long enough to be stopped half-way
      const call = worker.call("ping", { warm: ["dbt"] }, { signal: stop.signal });
      setTimeout(() => stop.abort(), 300);
      await expect(call).rejects.toThrow(/ping was stopped/);
      expect(await gone(pid)).toBe(true);
      await expect(worker.call("ping", {}, { timeoutMs: 20_000 })).resolves.toMatchObject({ python: expect.stringMatching(/^3\./) });
    } finally {
      await worker.close();
    }
  });
});

describe("a process that is killed", { timeout: 30_000 }, () => {
  test("takes its Python worker along, even in the middle of a call", async () => {
    const code = `
      const { startPythonWorker } = await import(${JSON.stringify(new URL("../worker.ts", import.meta.url).href)});
      const { silentLog } = await import(${JSON.stringify(new URL("../../../platform/log.ts", import.meta.url).href)});
      const worker = startPythonWorker({ log: silentLog });
      const { pid } = await worker.call("ping", {});
      void worker.call("ping", { warm: ["expectations"] });
      console.log(pid);
      setTimeout(() => process.kill(process.pid, "SIGKILL"), 500);`;
    const lines: string[] = [];
    const run = { file: process.execPath, args: ["--input-type=module", "-e", code], env: childEnvironment(), onLine: (line: string) => lines.push(line) };
    await expect(runTool(run)).rejects.toThrow(/SIGKILL/);
    expect(Number(lines[0])).toBeGreaterThan(0);
    expect(await gone(Number(lines[0]))).toBe(true);
  });
});

/** The call that meets the dying process may still fail; the one after it must not. */
async function retry<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch {
    return call();
  }
}

import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";

const LAUNCH = fileURLToPath(new URL("./launch.mjs", import.meta.url));

function launch(...args: string[]): { child: ChildProcess; said: () => string[]; ended: Promise<number | null> } {
  const dir = mkdtempSync(join(tmpdir(), "mg-launch-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, "said");
  const child = spawn(process.execPath, [LAUNCH, file, ...args], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGTERM"));
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  return { child, ended, said: () => readFileSync(file, { encoding: "utf8", flag: "a+" }).trim().split("\n") };
}

const soon = { timeout: 20_000, interval: 50 };

test("the exit code is the command's own", async () => {
  const { ended, said } = launch("ends");
  expect(await ended).toBe(7);
  expect(said()).toEqual(["up"]);
});

test("a signal and its echo reach the command once, and its orderly end is waited for", async () => {
  const { child, ended, said } = launch();
  await vi.waitFor(() => expect(said()).toEqual(["up"]), soon);
  child.kill("SIGINT");
  child.kill("SIGINT");
  expect(await ended).toBe(3);
  expect(said()).toEqual(["up", "SIGINT", "closed"]);
});

test("when the launcher is killed the command stops in order", async () => {
  const { child, said } = launch();
  await vi.waitFor(() => expect(said()).toEqual(["up"]), soon);
  child.kill("SIGKILL");
  await vi.waitFor(() => expect(said()).toEqual(["up", "SIGTERM", "closed"]), soon);
});

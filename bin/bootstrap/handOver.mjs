import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, dirname } from "node:path";
import { machinePath } from "./project.mjs";
import { PINNED_NODE } from "./packages.mjs";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
/** A terminal and npm both pass on the same Ctrl-C; within this time it counts once. */
const ECHO_MS = 300;

/**
 * Runs a script under the pinned Node to its end and answers its exit code.
 *
 * `ownSession` puts it into a session of its own, so that a terminal's Ctrl-C reaches it once, from here; it
 * gets an IPC channel whose end ("disconnect") tells it that this process was killed and nobody waits any more.
 */
export function handOver(script, args, { ownSession = false, env = {}, nodeArgs = [] } = {}) {
  return new Promise((done) => {
    const child = spawn(PINNED_NODE, [...nodeArgs, script, ...args], {
      stdio: ownSession ? ["inherit", "inherit", "inherit", "ipc"] : "inherit",
      detached: ownSession,
      env: { ...process.env, PATH: [dirname(PINNED_NODE), ...machinePath()].join(delimiter), ...env },
    });
    const last = new Map();
    const forward = (signal) => {
      const now = Date.now();
      if (now - (last.get(signal) ?? 0) < ECHO_MS) return;
      last.set(signal, now);
      // without a session of its own the child has had a terminal's Ctrl-C already
      if (ownSession || signal !== "SIGINT") child.kill(signal);
    };
    for (const signal of SIGNALS) process.on(signal, forward);
    child.once("error", (error) => {
      process.stderr.write(`\nmartgraph: The pinned Node cannot be started (${error.message}): "rm -rf node_modules" and start again.\n`);
      done(1);
    });
    child.once("exit", (code, signal) => {
      for (const name of SIGNALS) process.off(name, forward);
      if (child.connected) child.disconnect();
      done(code ?? 128 + (constants.signals[signal ?? "SIGTERM"] ?? 15));
    });
  });
}

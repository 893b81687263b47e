import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SetupError, STATE_DIR } from "./project.mjs";

const FILE = join(STATE_DIR, "setup.lock");

/** Runs `work` while no other set-up of this folder runs; waits for one that does. */
export async function withSetupLock(tell, work) {
  try {
    mkdirSync(STATE_DIR, { recursive: true });
  } catch (error) {
    throw new SetupError(`The folder ${STATE_DIR} cannot be made (${error.code}): give this user the right to write there, or copy Martgraph to a folder of its own.`);
  }
  while (!take()) {
    const holder = Number(read() ?? 0);
    if (holder > 0 && isAlive(holder)) {
      tell(`waiting for the set-up of process ${holder}`);
      await new Promise((done) => setTimeout(done, 300));
    } else {
      rmSync(FILE, { force: true });
    }
  }
  try {
    return await work();
  } finally {
    rmSync(FILE, { force: true });
  }
}

function take() {
  try {
    writeFileSync(FILE, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw new SetupError(`The folder ${STATE_DIR} cannot be written (${error.code}): give this user the right to write there, or copy Martgraph to a folder of its own.`);
  }
}

function read() {
  try {
    return readFileSync(FILE, "utf8");
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

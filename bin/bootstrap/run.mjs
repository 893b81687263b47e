import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { SETUP_LOG } from "./project.mjs";

/**
 * Runs a program to its end and keeps what it says, in memory and in the set-up log.
 * `missing` is true when it could not be started at all.
 */
export function run(command, args, { cwd, env, timeoutMs, log = false } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd, env: env ?? process.env, stdio: ["ignore", "pipe", "pipe"], timeout: timeoutMs });
    let stdout = "";
    let stderr = "";
    if (log) write(`$ ${command} ${args.join(" ")}\n`);
    child.stdout.on("data", (chunk) => { stdout += chunk; if (log) write(chunk); });
    child.stderr.on("data", (chunk) => { stderr += chunk; if (log) write(chunk); });
    child.once("error", () => done({ ok: false, missing: true, stdout, stderr }));
    child.once("close", (code) => done({ ok: code === 0, missing: false, stdout, stderr }));
  });
}

function write(text) {
  try {
    appendFileSync(SETUP_LOG, text);
  } catch {
    // the log is a help, not a need
  }
}

/** The line of a program's output that says most about its failure. */
export function tellingLine(output) {
  const lines = output.split("\n").map((line) => line.replace(/^(npm (error|ERR!)|error:|ERROR:|\s*[×╰─▶├│]+)\s*/i, "").trim()).filter((line) => line !== "" && !/^code |complete log of this run|^A complete log/i.test(line));
  const line = lines.find((text) => /E[A-Z]{4,}|fail|error|could not|unable|denied|refused|hash|no solution|not found/i.test(text)) ?? lines.at(-1) ?? "it said nothing";
  return line.slice(0, 240).replace(/[.:;]+$/, "");
}

import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const PYTHON = new URL("../python.mjs", import.meta.url).href;

/** What findPython says when the machine has this one interpreter. */
function findWith(script: string): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), "mg-python-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, "python3");
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  const code = `const { findPython } = await import("${PYTHON}"); console.log(await findPython().then((p) => p.version, (e) => e.name + ": " + e.message));`;
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ["--input-type=module", "-e", code], { env: { PATH: "/usr/bin:/bin", MARTGRAPH_PYTHON: file } }, (error, stdout) => (error ? reject(error) : resolve(stdout.trim())));
  });
}

const answer = (version: string, venv: boolean) => `echo '{"version":"${version}","venv":${venv},"file":"/usr/bin/python3","cpython":true}'`;

test("a Python in range that can make environments is taken", async () => {
  expect(await findWith(answer("3.13.2", true))).toBe("3.13.2");
});

test("a Python without venv: the package to install is named", async () => {
  expect(await findWith(answer("3.11.2", false))).toBe(
    "SetupError: Python 3.11.2 (/usr/bin/python3) cannot make virtual environments: install its venv module (on Debian and Ubuntu: apt-get install python3.11-venv) and start again.",
  );
});

test("a Python out of range, or one that does not run, is refused by name", async () => {
  expect(await findWith(answer("3.10.13", true))).toMatch(/^SetupError: MARTGRAPH_PYTHON names .*, which is no Python 3.11 to 3.13/);
  expect(await findWith("exit 127")).toMatch(/^SetupError: MARTGRAPH_PYTHON names/);
});

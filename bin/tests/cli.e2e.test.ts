import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { childEnvironment } from "#platform/config.ts";
import { type Command, helpText, parseCommandLine } from "../cli/command.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const NAMES = readdirSync(join(ROOT, "bin", "commands")).filter((file) => file.endsWith(".ts")).map((file) => file.replace(/\.ts$/, ""));
const COMMANDS = await Promise.all(NAMES.map(async (name) => [name, ((await import(join(ROOT, "bin", "commands", `${name}.ts`))) as { command: Command }).command] as const));

const scratch = mkdtempSync(join(tmpdir(), "mg-cli-"));
/** Named by every call, so that a command that touches it shows. */
const dataDir = join(scratch, "data");
afterAll(() => rmSync(scratch, { recursive: true }));

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** The command line as the launcher hands it over: under the Node that these tests run on, which is the pinned one. */
function martgraph(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(ROOT, "bin", "main.ts"), ...args], { env: childEnvironment(env), cwd: scratch, timeout: 50_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr });
    });
  });
}

describe("every command", () => {
  test.each(COMMANDS)("%s has a summary, --json and --help, and every option is explained", (name, command) => {
    expect(command.name).toBe(name);
    expect(command.summary).toMatch(/^[a-z].{20,}[^.]$/);
    const help = helpText(command);
    expect(help).toMatch(new RegExp(`^martgraph ${name}\\b`));
    const options = [...help.matchAll(/^  (--[a-z-]+)( <[^>]+>)? +(.*)$/gm)];
    expect(options.map(([, option]) => option)).toEqual(expect.arrayContaining(["--json", "--help"]));
    expect(options).toHaveLength(Object.keys(command.options).length + 2);
    for (const [, option, , text] of options) expect(text, option).toMatch(/^.{8,}/);
  });

  test.each(COMMANDS)("%s knows the options of its own examples", (_name, command) => {
    for (const example of command.examples ?? []) {
      const [program, name, ...args] = example.split(" ");
      expect([program, name]).toEqual(["martgraph", command.name]);
      parseCommandLine(command, args);
    }
  });

  test.each(COMMANDS)("%s refuses what it does not know in one sentence", (name, command) => {
    expect(() => parseCommandLine(command, ["--nonsense"])).toThrow(new RegExp(`^Unknown option '--nonsense': see martgraph ${name} --help\\.$`));
    expect(() => parseCommandLine(command, ["--json=yes"])).toThrow(new RegExp(`--json.*: see martgraph ${name} --help\\.$`));
    if (command.usage === undefined) expect(() => parseCommandLine(command, ["surplus"])).toThrow(new RegExp(`^Unexpected argument 'surplus': see martgraph ${name} --help\\.$`));
  });
});

describe("the process", () => {
  test("runs on the pinned Node", () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { dependencies: { node: string } };
    expect(process.version).toBe(`v${dependencies.node}`);
  });

  test("lists every command when it is called without one", async () => {
    const [bare, help] = await Promise.all([martgraph([]), martgraph(["--help"])]);
    expect(bare).toEqual(help);
    expect(bare).toMatchObject({ code: 0, stderr: "" });
    for (const name of NAMES) expect(bare.stdout).toMatch(new RegExp(`^  ${name} +[a-z]`, "m"));
  });

  test("--help wins over everything else on the line", async () => {
    expect(await martgraph(["doctor", "--nonsense", "--help"])).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(/^martgraph doctor/) });
  });

  test.each([
    [["nonsense"], 'There is no command "nonsense": martgraph --help lists them.'],
    [["constructor"], 'There is no command "constructor": martgraph --help lists them.'],
    [["doctor", "--nonsense"], "Unknown option '--nonsense': see martgraph doctor --help."],
  ])("%j: one sentence, exit code 1", async (args, sentence) => {
    expect(await martgraph(args)).toEqual({ code: 1, stdout: "", stderr: `\nmartgraph: ${sentence}\n` });
  });

  test("the same as JSON for machines", async () => {
    const { code, stdout, stderr } = await martgraph(["doctor", "--nonsense", "--json"]);
    expect([code, stdout, JSON.parse(stderr)]).toEqual([1, "", { error: "Unknown option '--nonsense': see martgraph doctor --help." }]);
  });

  test("a setting of the environment that is wrong is named", async () => {
    const { code, stderr } = await martgraph(["train", "--data-dir", dataDir], { MARTGRAPH_LOG_LEVEL: "loud" });
    expect([code, stderr]).toEqual([1, '\nmartgraph: MARTGRAPH_LOG_LEVEL is "loud"; it must be one of debug, info, warn, error, silent\n']);
    expect(existsSync(dataDir)).toBe(false);
  });
});

describe("what cannot be right is told before anything is touched", () => {
  const empty = join(scratch, "empty");
  mkdirSync(empty);
  const file = join(scratch, "file.txt");
  writeFileSync(file, "x");
  const none = join(scratch, "none");

  test.each<[string, string[], RegExp]>([
    ["start", ["--port", "70000"], /^--port is "70000"; it takes a whole number from 0 to 65535\.$/],
    ["start", ["--port", "4e3x"], /^--port is "4e3x"/],
    ["start", ["--port", ""], /^--port is ""/],
    ["start", ["--pg-port", "80"], /^--pg-port is "80"; it takes a whole number from 1024 to 65535\.$/],
    ["start", ["--size", "huge"], /^--size is "huge"; it takes tiny or demo\.$/],
    ["start", ["--clock", "yesterday"], /^--clock is "yesterday"; it takes an instant such as/],
    ["start", ["--build-every", "1441"], /^--build-every is "1441"/],
    ["start", ["--reset", "--data", none], /none, which does not exist/],
    ["start", ["--reset", "--data", file], /file\.txt, which is a file/],
    ["import", [], /^Give --mapping with --from, or --data/],
    ["import", ["--data", none, "--clock", "x"], /^--clock is "x"/],
    ["import", ["--data", none, "--seed", "x"], /^--seed is "x"/],
    ["import", ["--reset", "--data", none], /none, which does not exist/],
    ["import", ["--reset", "--data", empty], /holds no \.csv or \.csv\.gz file/],
    ["pipeline", [], /^martgraph pipeline takes run, status, assets, backfill or rollback, not ""\.$/],
    ["pipeline", ["explode"], /^martgraph pipeline takes run, status, assets, backfill or rollback, not "explode"\.$/],
    ["pipeline", ["constructor"], /^martgraph pipeline takes run, status, assets, backfill or rollback, not "constructor"\.$/],
    ["pipeline", ["run", "run"], /^martgraph pipeline takes run, status, assets, backfill or rollback, not "run run"\.$/],
    ["pipeline", ["run", "--train", "maybe"], /^--train is "maybe"; it takes auto, force or never\.$/],
    ["doctor", ["--port", "0"], /^--port is "0"; it takes a whole number from 1 to 65535\.$/],
  ])("%s %j", async (name, args, message) => {
    const command = COMMANDS.find(([known]) => known === name)?.[1] as Command;
    const { values, positionals } = parseCommandLine(command, [...args, "--data-dir", dataDir]);
    const error = await command.run(values, positionals).then((code) => new Error(`it went on and answered ${code}`), (thrown: Error) => thrown);
    expect(error.message).toMatch(message);
    expect(["SetupError", "DataFileError"]).toContain(error.name);
    expect(existsSync(dataDir)).toBe(false);
  });
});

describe("--json answers with a document on the last line", () => {
  const lastLine = (text: string) => JSON.parse(text.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;

  test("gen --check", async () => {
    const { stdout, stderr } = await martgraph(["gen", "--check", "--json"]);
    expect(stderr).toBe("");
    expect(lastLine(stdout)).toEqual({ stale: expect.any(Array), breaking: expect.any(Array) });
  });

  test("doctor, which touches nothing and says which port is taken", async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)));
    try {
      const { code, stdout } = await martgraph(["doctor", "--json", "--data-dir", dataDir, "--port", String(port)]);
      expect(code).toBe(1);
      expect(lastLine(stdout)).toMatchObject({
        healthy: false,
        findings: expect.arrayContaining([{ check: "Data directory", ok: true, note: `${dataDir}, made at the first start` }, { check: "Port", ok: false, note: expect.stringMatching(/^\d+ is in use/) }]),
      });
      expect(existsSync(dataDir)).toBe(false);
    } finally {
      server.close();
    }
  });
});

import { execFile, spawn } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { childEnvironment, programPath } from "../config.ts";
import type { S3StoreOptions } from "../objects/s3Store.ts";
import { isExecutable } from "./isExecutable.ts";

const run = promisify(execFile);
const VERSION = "1.8.0";
const FETCH_MS = 400_000;
const CACHE = join(homedir(), ".cache", "martgraph", `versitygw-${VERSION}`);
const FROM_PORT = 21_000;
const TO_PORT = 29_000;

/** A real S3 server (Versity S3 Gateway over a folder) for a test, with an empty bucket. */
export interface TestS3 {
  readonly options: S3StoreOptions;
  /** Stops the server without a word; what it held stays. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** The server's program, or the reason why there is none. Built with Go at the first time. */
export async function findS3Server(): Promise<{ program: string } | { missing: string }> {
  const cached = join(CACHE, "versitygw");
  const installed = [...programPath().map((dir) => join(dir, "versitygw")), cached].find(isExecutable);
  if (installed) return { program: installed };
  const go = programPath().map((dir) => join(dir, "go")).find(isExecutable);
  if (!go) return { missing: `versitygw is neither on the PATH nor in ${CACHE}, and there is no Go (go) on the PATH to build it` };
  const dir = mkdtempSync(join(tmpdir(), "versitygw-build-"));
  try {
    await run(go, ["install", `github.com/versity/versitygw/cmd/versitygw@v${VERSION}`], { env: childEnvironment({ GOBIN: dir, GOFLAGS: "-modcacherw" }), timeout: FETCH_MS });
    mkdirSync(CACHE, { recursive: true });
    cpSync(join(dir, "versitygw"), `${cached}.${process.pid}`);
    renameSync(`${cached}.${process.pid}`, cached);
    return { program: cached };
  } catch (error) {
    return { missing: `Go could not build versitygw ${VERSION}: ${(error as Error).message.split("\n").slice(0, 2).join(" ")}` };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export async function startTestS3(program: string): Promise<TestS3> {
  const dir = mkdtempSync(join(tmpdir(), "s3-"));
  const bucket = "shop";
  for (const folder of [join("data", bucket), "iam", "sidecar"]) mkdirSync(join(dir, folder), { recursive: true });
  chmodSync(dir, 0o700);
  const port = await freePort();
  const options: S3StoreOptions = { bucket, region: "us-east-1", endpoint: `http://127.0.0.1:${port}`, accessKeyId: "test-access", secretAccessKey: "test-secret-of-the-store" };
  const start = async () => {
    const child = spawn(program, ["--port", `127.0.0.1:${port}`, "--region", options.region, "posix", "--sidecar", join(dir, "sidecar"), join(dir, "data")], {
      env: childEnvironment({ ROOT_ACCESS_KEY: options.accessKeyId, ROOT_SECRET_KEY: options.secretAccessKey }), stdio: "ignore", detached: true,
    });
    const exited = new Promise<void>((done) => child.once("exit", () => done()));
    for (let attempt = 0; attempt < 400; attempt += 1) {
      if (child.exitCode !== null) throw new Error(`the test's S3 server ended with code ${child.exitCode}`);
      if (await fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false)) return { child, exited };
      await sleep(25);
    }
    child.kill("SIGKILL");
    throw new Error("the test's S3 server did not come up");
  };
  let running = await start();
  const kill = async (): Promise<void> => {
    running.child.kill("SIGKILL");
    await running.exited;
  };
  return {
    options,
    kill,
    async restart() { running = await start(); },
    async close() {
      await kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Below the ports that systems give away by themselves. */
async function freePort(): Promise<number> {
  for (let port = FROM_PORT + (process.pid % 1000) * 8; port < TO_PORT + 8_000; port += 1) {
    const server = createServer();
    const isFree = await new Promise<boolean>((settled) => server.once("error", () => settled(false)).listen(port, "127.0.0.1", () => settled((server.address() as AddressInfo).port === port)));
    await new Promise<void>((closed) => server.close(() => closed()));
    if (isFree) return port;
  }
  throw new Error("no port is free for the test's S3 server");
}

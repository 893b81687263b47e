import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Admin } from "@platformatic/kafka";
import { childEnvironment, programPath } from "../config.ts";

const run = promisify(execFile);
const VERSION = "4.1.1";
const FETCH_MS = 300_000;
/** Beside the project: it is 200 MB, and the same for every clone. */
const CACHE = join(homedir(), ".cache", "martgraph", `kafka-${VERSION}`);

/** A real Kafka broker of one node (KRaft, no ZooKeeper) for a test. */
export interface TestKafka {
  /** `127.0.0.1:<port>`. */
  readonly broker: string;
  close(): Promise<void>;
}

/** What is needed to run Kafka, or the reason why it cannot be run here. Fetches Kafka from Maven Central at the first time. */
export async function findKafka(): Promise<{ java: string; jars: string } | { missing: string }> {
  const java = program("java");
  if (!java) return { missing: "there is no Java: Kafka needs java 17 or later on the PATH" };
  if (isFetched(CACHE)) return { java, jars: CACHE };
  const maven = program("mvn");
  if (!maven) return { missing: `Kafka ${VERSION} is not in ${CACHE}, and there is no Maven (mvn) on the PATH to fetch it` };
  try {
    await fetchJars(maven);
    return { java, jars: CACHE };
  } catch (error) {
    return { missing: `Maven could not fetch Kafka ${VERSION}: ${(error as Error).message.split("\n").slice(0, 3).join(" ")}` };
  }
}

const program = (name: string) => programPath().map((dir) => join(dir, name)).find((path) => existsSync(path));
const isFetched = (dir: string) => existsSync(dir) && readdirSync(dir).some((name) => name.startsWith("kafka_2.13"));

async function fetchJars(maven: string): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "kafka-fetch-"));
  try {
    const dependency = (group: string, artifact: string, version: string) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
    writeFileSync(join(dir, "pom.xml"), `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
      <groupId>martgraph</groupId><artifactId>test-kafka</artifactId><version>1</version><packaging>pom</packaging>
      <dependencies>${dependency("org.apache.kafka", "kafka_2.13", VERSION)}${dependency("org.slf4j", "slf4j-simple", "1.7.36")}</dependencies></project>`);
    await run(maven, ["-q", "-B", "dependency:copy-dependencies", `-DoutputDirectory=${join(dir, "lib")}`], { cwd: dir, env: childEnvironment(), timeout: FETCH_MS });
    mkdirSync(join(CACHE, ".."), { recursive: true });
    // Whole or not at all; whoever was faster has fetched the same.
    const beside = `${CACHE}.${process.pid}`;
    cpSync(join(dir, "lib"), beside, { recursive: true });
    if (isFetched(CACHE)) rmSync(beside, { recursive: true });
    else renameSync(beside, CACHE);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Starts a broker on two free ports of the loopback; it keeps its data in a folder of its own, which `close` removes. */
export async function startTestKafka({ java, jars }: { java: string; jars: string }): Promise<TestKafka> {
  const ports = { client: await freePort(), controller: await freePort() };
  const dir = mkdtempSync(join(tmpdir(), "kafka-"));
  const settings = join(dir, "server.properties");
  writeFileSync(settings, Object.entries({
    "process.roles": "broker,controller", "node.id": "1",
    "controller.quorum.voters": `1@127.0.0.1:${ports.controller}`, "controller.listener.names": "CONTROLLER",
    listeners: `PLAINTEXT://127.0.0.1:${ports.client},CONTROLLER://127.0.0.1:${ports.controller}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${ports.client}`, "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "log.dirs": join(dir, "logs"), "auto.create.topics.enable": "false", "num.partitions": "3",
    "offsets.topic.replication.factor": "1", "offsets.topic.num.partitions": "4", "transaction.state.log.replication.factor": "1", "transaction.state.log.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
  }).map(([name, value]) => `${name}=${value}\n`).join(""));
  const jvm = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", join(jars, "*")];
  await run(java, [...jvm, "kafka.tools.StorageTool", "format", "-t", clusterId(), "-c", settings], { env: childEnvironment() });
  const child = spawn(java, [...jvm, "kafka.Kafka", settings], { env: childEnvironment(), stdio: ["ignore", "ignore", "ignore"], detached: true });
  const exited = new Promise<void>((done) => child.once("exit", () => done()));
  const broker = `127.0.0.1:${ports.client}`;
  const close = async () => {
    child.kill("SIGKILL");
    await exited;
    rmSync(dir, { recursive: true, force: true });
  };
  const onExit = () => child.kill("SIGKILL");
  process.once("exit", onExit);
  void exited.then(() => process.off("exit", onExit));
  try {
    await answering(broker, child);
  } catch (error) {
    await close();
    throw error;
  }
  return { broker, close };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject).listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** 16 bytes in base64url, as Kafka wants them. */
const clusterId = () => Buffer.from(randomUUID().replaceAll("-", ""), "hex").toString("base64url");

async function answering(broker: string, child: { exitCode: number | null }): Promise<void> {
  for (const deadline = Date.now() + 90_000; Date.now() < deadline && child.exitCode === null; await sleep(200)) {
    const admin = new Admin({ clientId: "test", bootstrapBrokers: [broker], connectTimeout: 1_000, timeout: 3_000, retries: 0 });
    try {
      await admin.listTopics();
      return;
    } catch {
      // not yet
    } finally {
      await admin.close().catch(() => undefined);
    }
  }
  throw new Error("the test's Kafka did not come up");
}

import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { Database } from "#platform/db/database.ts";
import { auditBooks } from "#subgraphs/orders/queries/audit/auditBooks.ts";
import { readCaptureHealth } from "#warehouse/load/captureHealth.ts";
import { createLog } from "#platform/log.ts";
import { DATA_DIR, integerOption, textOption, type Command } from "../cli/command.ts";
import { isPortFree } from "../cli/ports.ts";
import { engineFinding } from "../serve/engineFinding.ts";
import { tellingFindings } from "../serve/tellingFindings.ts";
import { dataDirAt, readRuntime, type DataDir, type Runtime } from "../install/dataDir.ts";

interface Finding {
  check: string;
  ok: boolean;
  /** What was found; when it is not well, also what to do. */
  note: string;
}

export const command: Command = {
  name: "doctor",
  summary: "checks the machine and the installation, and says what to do",
  options: { ...DATA_DIR, books: { type: "boolean", help: "audits the shop's books: stock, money, orders and codes tell the same" }, port: { type: "string", value: "<port>", help: "the port that start would use (default 4000)" } },
  async run(values) {
    const dir = dataDirAt(textOption(values, "data-dir"));
    if (values["books"] === true) return checkBooks(dir, values["json"] === true);
    const running = readRuntime(dir);
    const findings = [
      writable(dir),
      space(dir),
      await engineFinding(),
      running ? { check: "Running", ok: true, note: `process ${running.pid} serves ${running.url ?? "(starting)"}` } : { check: "Running", ok: true, note: "no; npm start" },
      ...(running ? await inspect(running) : [await portFinding(integerOption(values, "port", 4000, 1, 65_535))]),
    ];
    const healthy = findings.every((finding) => finding.ok);
    if (values["json"] === true) process.stdout.write(`${JSON.stringify({ healthy, findings })}\n`);
    else for (const { check, ok, note } of findings) process.stdout.write(`  ${ok ? "✔" : "✘"} ${check}: ${note}\n`);
    return healthy ? 0 : 1;
  },
};

/** Every invariant of the shop's books, one line each; on a running installation, in one snapshot. */
async function checkBooks(dir: DataDir, asJson: boolean): Promise<number> {
  const running = readRuntime(dir);
  if (!running) {
    process.stderr.write("The shop does not run: start it with npm start, then ask again.\n");
    return 2;
  }
  const shop = Database.open({ ...running.shop, max: 1 });
  const { looked, checks } = await shop.tx((tx) => auditBooks(tx), { isolation: "repeatable read", readOnly: true }).finally(() => shop.close());
  const healthy = checks.every((check) => check.breaches.length === 0);
  if (asJson) process.stdout.write(`${JSON.stringify({ healthy, looked, checks })}\n`);
  else {
    process.stdout.write(`  Looked at ${Object.entries(looked).map(([what, rows]) => `${rows} ${what}`).join(", ")}.\n`);
    for (const { check, breaches } of checks) {
      process.stdout.write(`  ${breaches.length === 0 ? "✔" : "✘"} ${check}\n`);
      for (const { what, detail } of breaches) process.stdout.write(`      ${what}: ${detail}\n`);
    }
  }
  return healthy ? 0 : 1;
}

function writable(dir: DataDir): Finding {
  let folder = dir.root;
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK);
    return { check: "Data directory", ok: true, note: existsSync(dir.secretsFile) ? dir.root : `${dir.root}, made at the first start` };
  } catch {
    return { check: "Data directory", ok: false, note: `${folder} cannot be written: make it writable for this user, or choose another with --data-dir` };
  }
}

const WANTED_BYTES = 4e9;

function space(dir: DataDir): Finding {
  let folder = dir.root;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const note = `${(free / 1e9).toFixed(0)} GB free`;
  return free >= WANTED_BYTES ? { check: "Disk", ok: true, note } : { check: "Disk", ok: false, note: `${note}; 4 GB are wanted: make room, or choose another disk with --data-dir` };
}

async function portFinding(port: number): Promise<Finding> {
  return (await isPortFree(port, "127.0.0.1"))
    ? { check: "Port", ok: true, note: `${port} is free` }
    : { check: "Port", ok: false, note: `${port} is in use: stop what listens there, or start with --port` };
}

async function inspect(running: Runtime): Promise<Finding[]> {
  const log = createLog("doctor");
  const shop = Database.open({ ...running.shop, max: 1 }, { onError: (error) => log.warn({ error }, "connection lost") });
  const warehouse = Database.open({ ...running.warehouse, max: 1 }, { onError: (error) => log.warn({ error }, "connection lost") });
  try {
    const capture = await readCaptureHealth(shop, warehouse);
    const builds = await warehouse.raw<{ build_id: string; age: number }>("select build_id::text, extract(epoch from now() - published_at)::float8 as age from ops.pointer");
    const red = await warehouse.raw<{ state: string; reason: string | null }>("select state, reason from ops.pipeline_run where state <> 'NOTHING_TO_DO' order by started_at desc limit 1");
    const build = builds.rows[0];
    const last = red.rows[0];
    const lastBad = last && (last.state === "FAILED" || last.state === "REJECTED");
    return [
      ...(capture ? [{ check: "Change capture", ok: capture.verdict === "FOLLOWS", note: `${capture.message}; raw is complete up to ${Math.round(capture.lagSeconds)} s ago` }] : []),
      build ? { check: "Published build", ok: true, note: `${build.build_id}, ${Math.round(build.age)} s old` } : { check: "Published build", ok: false, note: "none: martgraph pipeline run" },
      ...(last ? [{ check: "Last pipeline run", ok: !lastBad, note: lastBad ? `${last.state}: ${last.reason ?? "no reason given"}; martgraph pipeline status tells more` : last.state }] : []),
      ...(await tellingFindings(shop)),
    ];
  } catch (error) {
    return [{ check: "Databases", ok: false, note: `do not answer (${(error as Error).message}): stop and start again` }];
  } finally {
    await Promise.all([shop.close(), warehouse.close()]);
  }
}

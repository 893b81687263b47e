import { createReadStream, statSync } from "node:fs";
import { basename } from "node:path";
import { createLog } from "#platform/log.ts";
import { isObjectKey, type ObjectStore } from "#platform/objects/store.ts";
import { openObjectStore } from "#platform/objects/open.ts";
import { SetupError } from "#platform/postgres/setupError.ts";
import { wallClock } from "#platform/clock.ts";
import { writeMarketplace } from "#shopdata/generated/marketplace.ts";
import { activeSources } from "#warehouse/sources/activeSources.ts";
import { type FileReport, ingestFiles, type IngestDeps, SOURCES_PREFIX } from "#warehouse/sources/ingest.ts";
import { readSources } from "#warehouse/sources/readSource.ts";
import { retryQuarantine } from "#warehouse/sources/retryQuarantine.ts";
import { dismissRows, listFiles, listQuarantine } from "#warehouse/sources/statements.ts";
import { DATA_DIR, integerOption, textOption, type Command, type OptionValues } from "../cli/command.ts";
import { createProgress, type Progress } from "../cli/progress.ts";
import { loaderOf } from "../install/files.ts";
import { openInstallation, type Installation } from "../install/installation.ts";
import { objectsOf } from "../install/objects.ts";
import { exclusively } from "../install/exclusively.ts";

const SHOWN = 200;

export const command: Command = {
  name: "files",
  usage: "put <source> <file>... | take [source] | status [source] | quarantine [source] | retry [source] | accept <source> <file> | dismiss <number>... | check | example <folder>",
  summary: "files of other sources: puts them into the object store, takes them in, shows what waits in quarantine and takes that in again",
  options: {
    ...DATA_DIR,
    limit: { type: "string", value: "<rows>", help: `status, quarantine: how many rows to show (default ${SHOWN})` },
    all: { type: "boolean", help: "quarantine: settled rows too" },
    seed: { type: "string", value: "<number>", help: "example: seed of the generated marketplace (default 1)" },
  },
  examples: ["martgraph files put marketplace export/*.csv", "martgraph files take", "martgraph files quarantine --json", "martgraph files retry marketplace"],
  async run(values, [verb = "status", ...rest]) {
    const work = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
    if (!work) throw new SetupError(`"files ${verb}" is not known: it is files ${Object.keys(VERBS).join(", ")}.`);
    const json = values["json"] === true;
    const progress = createProgress(json);
    const tell = (answer: unknown, lines: readonly string[]) => void process.stdout.write(json ? `${JSON.stringify(answer, (_key, value: unknown) => (typeof value === "bigint" ? Number(value) : value))}\n` : lines.map((line) => `  ${line}\n`).join(""));
    return work({ values, rest, progress, tell });
  },
};

interface Work {
  readonly values: OptionValues;
  readonly rest: readonly string[];
  readonly progress: Progress;
  tell(answer: unknown, lines: readonly string[]): void;
}

interface Opened extends Omit<IngestDeps, "sources"> {
  readonly installation: Installation;
}

async function opened<T>({ values, progress }: Work, work: (at: Opened) => Promise<T>): Promise<T> {
  const log = createLog("files");
  const installation = await openInstallation({ dataDir: textOption(values, "data-dir"), progress, log, attach: true });
  let store: ObjectStore | undefined;
  try {
    store = await openObjectStore(objectsOf(installation));
    return await work({ installation, warehouse: loaderOf(installation), store, clock: wallClock, log });
  } finally {
    await store?.close();
    await installation.lifecycle.close();
  }
}

async function sourceNamed(name: string | undefined): Promise<string> {
  const sources = await readSources();
  if (name === undefined || !sources.some((one) => one.name === name)) throw new SetupError(`${name === undefined ? "Name the source" : `There is no source "${name}"`}: there are ${sources.map((one) => one.name).join(", ")} (warehouse/sources/mappings).`);
  return name;
}

const fileLine = ({ source, table, file, state, rows, written, quarantined, problem, unread }: FileReport) =>
  `${state.padEnd(8)} ${source}/${file} -> ${source}__${table}: ${rows} rows, ${written} written${quarantined > 0 ? `, ${quarantined} in quarantine` : ""}${unread.length > 0 ? `; columns not read: ${unread.join(", ")}` : ""}${problem ? `\n           ${problem}` : ""}`;

async function takeIn(work: Work, at: Opened, options: { source?: string; accept?: ReadonlySet<string> }): Promise<number> {
  const sources = await activeSources();
  if (sources.length === 0) throw new SetupError("No source of files is switched on: name it in vars.sources of dbt_project/dbt_project.yml, sources: [shop, marketplace].");
  if (options.source !== undefined && !sources.some(({ name }) => name === options.source)) throw new SetupError(`The source "${options.source}" is not switched on: name it in vars.sources of dbt_project/dbt_project.yml.`);
  const reports = await exclusively(at.installation, work.progress, () => ingestFiles({ ...at, sources }, options));
  work.tell({ files: reports }, reports.length === 0 ? ["There are no new files."] : reports.map(fileLine));
  return reports.some(({ state }) => state !== "LOADED") ? 1 : 0;
}

const VERBS: Readonly<Record<string, (work: Work) => Promise<number>>> = {
  async put(work) {
    const [name, ...files] = work.rest;
    const source = await sourceNamed(name);
    if (files.length === 0) throw new SetupError("Name the files: martgraph files put marketplace export/*.csv");
    const keys = files.map((file) => {
      if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new SetupError(`There is no file ${file}.`);
      const key = `${SOURCES_PREFIX}${source}/${basename(file).toLowerCase().replaceAll(/[^a-z0-9._-]/g, "_")}`;
      if (!isObjectKey(key)) throw new SetupError(`${basename(file)} is no name that an object may have: rename the file.`);
      return key;
    });
    return opened(work, async ({ store }) => {
      for (const [index, file] of files.entries()) await store.put(keys[index] as string, createReadStream(file), { contentType: "application/octet-stream", size: statSync(file).size });
      work.tell({ put: keys }, [`${files.length} file${files.length > 1 ? "s" : ""} put; the next run of the pipeline takes them in, or martgraph files take does now.`]);
      return 0;
    });
  },
  take: (work) => opened(work, (at) => takeIn(work, at, work.rest[0] === undefined ? {} : { source: work.rest[0] })),
  async accept(work) {
    const source = await sourceNamed(work.rest[0]);
    const file = work.rest[1];
    if (file === undefined) throw new SetupError("Name the file: martgraph files accept marketplace bestellungen-2011-05.csv");
    return opened(work, (at) => takeIn(work, at, { source, accept: new Set([file]) }));
  },
  status: (work) =>
    opened(work, async ({ warehouse }) => {
      const files = await warehouse.many(listFiles, [work.rest[0] ?? null, integerOption(work.values, "limit", SHOWN, 1, 100_000)]);
      work.tell({ files }, files.length === 0 ? ["No file was taken yet."] : files.map((file) => `${file.seen_at.toISOString()} ${file.state.padEnd(8)} ${file.source}/${file.object_key} -> ${file.table_name}: ${file.rows} rows, ${file.open_rows} waiting${file.problem ? `; ${file.problem}` : ""}`));
      return 0;
    }),
  quarantine: (work) =>
    opened(work, async ({ warehouse }) => {
      const rows = await warehouse.many(listQuarantine, [work.rest[0] ?? null, work.values["all"] === true, integerOption(work.values, "limit", SHOWN, 1, 100_000)]);
      work.tell({ rows }, rows.length === 0 ? ["No row waits."] : rows.map((row) => `${row.quarantine_id}  ${row.source}/${row.object_key} line ${row.line}${row.field ? `, ${row.field}` : ""}: ${row.reason}${row.state === "OPEN" ? "" : ` (${row.state.toLowerCase()})`}`));
      return 0;
    }),
  retry: (work) =>
    opened(work, async (at) => {
      const sources = await activeSources();
      const reports = await exclusively(at.installation, work.progress, () => retryQuarantine({ ...at, sources }, work.rest[0]));
      work.tell({ files: reports }, reports.length === 0 ? ["No row waits."] : reports.map((one) => `${one.source}/${one.file}: ${one.repaired} taken in, ${one.superseded} outdated, ${one.stillBad} still bad${one.problem ? `; ${one.problem}` : ""}`));
      return reports.some(({ stillBad }) => stillBad > 0) ? 1 : 0;
    }),
  async dismiss(work) {
    const ids = work.rest.map((text) => (/^\d{1,18}$/.test(text) ? BigInt(text) : undefined));
    if (ids.length === 0 || ids.includes(undefined)) throw new SetupError("Name the rows by the numbers that martgraph files quarantine shows.");
    return opened(work, async ({ warehouse }) => {
      const gone = await warehouse.many(dismissRows, [ids as bigint[]]);
      work.tell({ dismissed: gone.length }, [`${gone.length} of ${ids.length} rows dismissed; they stay listed with --all.`]);
      return 0;
    });
  },
  async check(work) {
    const sources = await readSources();
    const active = new Set((await activeSources()).map(({ name }) => name));
    work.tell({ sources: sources.map(({ name, tables }) => ({ name, active: active.has(name), tables: tables.map((table) => table.name) })) }, sources.map(({ name, description, tables }) => `${name}${active.has(name) ? "" : " (not switched on)"}: ${description} ${tables.map((table) => `${table.name} <- ${table.files.join(" ")}`).join("; ")}`));
    return 0;
  },
  async example(work) {
    const [folder] = work.rest;
    if (folder === undefined) throw new SetupError("Name the folder that the example goes into: martgraph files example /tmp/marketplace");
    const { files, totals } = await writeMarketplace(folder, { seed: integerOption(work.values, "seed", 1, 0, 2 ** 31), months: 3, firstMonth: "2011-01", ordersPerMonth: 200 });
    work.tell({ folder, files: files.size + 1, orders: totals.orders }, [`${files.size + 1} files of a generated marketplace, ${totals.orders} orders, synthetic: ${folder}`]);
    return 0;
  },
};


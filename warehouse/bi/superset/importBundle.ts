import { parse, stringify } from "yaml";
import { type BiEngine, databaseYaml, POSTGRES } from "../bundle/databaseYaml.ts";
import type { Retired } from "../bundle/bundleFiles.ts";
import { writeZip } from "../zip.ts";
import { SupersetError, type SupersetClient } from "./supersetClient.ts";

/** Where Superset finds the marts. Without an address an existing database of ours keeps what was set by hand. */
export interface BundleTarget {
  engine: BiEngine;
  /** Sent with the import, kept by Superset encrypted; none where Superset looks it up itself. */
  password?: string;
}

const DATABASE = "databases/martgraph.yaml";

/** The committed bundle for a place: another address, another engine, the same everything else. */
export function bundleFor(files: ReadonlyMap<string, string>, { engine, password }: BundleTarget): Map<string, string> {
  const placed = new Map<string, string>();
  const was = databaseUuidOf(files);
  const document = databaseYaml(password === undefined ? engine : { ...engine, uri: withMask(engine.uri) }) as { uuid: string };
  for (const [path, text] of files) {
    if (path === DATABASE) placed.set(path, stringify(document, { version: "1.1", lineWidth: 0 }));
    else if (path.startsWith("datasets/")) placed.set(path, datasetFor(text, engine, was, document.uuid));
    else placed.set(path, text);
  }
  return placed;
}

/** A dataset of another engine has a schema of its own; its uuid stays, so a Superset holds our dashboards over one engine. */
function datasetFor(text: string, engine: BiEngine, was: string, now: string): string {
  const moved = text.replaceAll(was, now).replace(/^catalog: warehouse$/m, `catalog: ${JSON.stringify(engine.catalog)}`);
  return engine.schema === POSTGRES.schema ? moved : moved.replace(/^schema: marts$/m, `schema: ${JSON.stringify(engine.schema)}`).replaceAll(/\bmarts\.(?=[a-z])/g, `${engine.schema}.`);
}

const databaseUuidOf = (files: ReadonlyMap<string, string>) => (parse(files.get(DATABASE) ?? "", { version: "1.1" }) as { uuid: string }).uuid;

/** Superset refuses an address with a login and no password unless the password is masked and sent beside. */
function withMask(uri: string): string {
  return uri.replace(/^([^:]+:\/\/)([^@/:]+)@/, "$1$2:XXXXXXXXXX@");
}

export interface Imported {
  readonly dashboards: number;
  readonly charts: number;
  readonly datasets: number;
  /** What we generated once, no longer do, and was taken out. */
  readonly removed: readonly Retired[];
}

/** Brings the bundle into a Superset: what is there of ours is replaced, what we no longer make is taken out. @throws SupersetError */
export async function importBundle(client: SupersetClient, files: ReadonlyMap<string, string>, target: BundleTarget, retired: readonly Retired[]): Promise<Imported> {
  const placed = bundleFor(files, target);
  const form = new FormData();
  form.set("bundle", new Blob([writeZip(new Map([...placed].map(([path, text]) => [`martgraph/${path}`, text])))], { type: "application/zip" }), "martgraph.zip");
  if (target.password !== undefined) form.set("passwords", JSON.stringify({ [DATABASE]: target.password }));
  try {
    await client.json("/api/v1/assets/import/", { method: "POST", form, timeoutMs: 300_000 });
  } catch (error) {
    if (error instanceof SupersetError && error.status === 403) throw new SupersetError("This user may not import: it takes Superset's role Admin.", 403);
    throw error;
  }
  const removed = await removeRetired(client, retired);
  const number = (folder: string) => [...placed.keys()].filter((path) => path.startsWith(`${folder}/`)).length;
  return { dashboards: number("dashboards"), charts: number("charts"), datasets: number("datasets"), removed };
}

/** Dashboards first, datasets last: Superset deletes no dataset's charts with it. */
const KINDS = ["dashboard", "chart", "dataset"] as const;

async function removeRetired(client: SupersetClient, retired: readonly Retired[]): Promise<Retired[]> {
  const removed: Retired[] = [];
  for (const kind of KINDS) {
    const ours = new Map(retired.filter((one) => one.kind === kind).map((one) => [one.uuid, one]));
    if (ours.size === 0) continue;
    for (const { id, uuid } of await client.list<{ id: number; uuid: string }>(`/api/v1/${kind}/`, ["id", "uuid"])) {
      const one = ours.get(uuid);
      if (!one) continue;
      await client.json(`/api/v1/${kind}/${id}`, { method: "DELETE" });
      removed.push(one);
    }
  }
  return removed;
}

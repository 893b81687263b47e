import { readFileSync } from "node:fs";
import { SetupError } from "#platform/postgres/setupError.ts";
import { bigQuery, type BiEngine, POSTGRES, postgresAt } from "#warehouse/bi/bundle/databaseYaml.ts";
import { readBundle, readRetired } from "#warehouse/bi/bundle/bundleFiles.ts";
import { accessTarget } from "#warehouse/bi/superset/accessTarget.ts";
import { bundleFor, type BundleTarget, importBundle, type Imported } from "#warehouse/bi/superset/importBundle.ts";
import { type Access, provisionAccess } from "#warehouse/bi/superset/provisionAccess.ts";
import { loginToSuperset, type SupersetClient } from "#warehouse/bi/superset/supersetClient.ts";
import { textOption, type OptionValues } from "../cli/command.ts";
import { dataDirAt, readRuntime } from "../install/dataDir.ts";
import { databasesOf } from "../install/databases.ts";
import { loadSecrets } from "../install/secrets.ts";

/** The bi_reader of a warehouse, as SQLAlchemy is told of it. */
export interface BiConnection {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
}

/** An address over TCP, or over the unix socket of the embedded server. */
export function engineAt({ host, port, database, user }: BiConnection): BiEngine {
  const uri = host.startsWith("/") ? `postgresql+psycopg2://${user}@/${database}?host=${encodeURIComponent(host)}&port=${port}` : `postgresql+psycopg2://${user}@${host}:${port}/${database}`;
  return { ...POSTGRES, catalog: database, uri };
}

/** What the options say of the engine; of PostgreSQL without an address, because only the kind matters here. @throws SetupError */
export function ownTarget(values: OptionValues): BundleTarget {
  const engine = textOption(values, "engine") ?? "postgres";
  if (engine === "postgres") return { engine: POSTGRES };
  if (engine !== "bigquery") throw new SetupError(`--engine is "${engine}"; it takes postgres or bigquery.`);
  const project = textOption(values, "project");
  const dataset = textOption(values, "dataset") ?? "marts";
  if (project === undefined || !/^[a-z][a-z0-9:.-]{4,}$/.test(project)) throw new SetupError("--engine bigquery needs --project with the id of the project that holds the marts.");
  if (!/^\w{1,1024}$/.test(dataset)) throw new SetupError(`--dataset is "${dataset}"; a dataset of BigQuery has letters, digits and underscores.`);
  return { engine: bigQuery(project, dataset) };
}

/** Where Superset shall read the marts: the address in --database-file, or the installation that runs. @throws SetupError */
export async function biTarget(values: OptionValues): Promise<BundleTarget> {
  const own = ownTarget(values);
  if (own.engine.kind === "bigquery") return own;
  const file = textOption(values, "database-file");
  if (file !== undefined) {
    try {
      const { password, ...engine } = postgresAt(secretFrom(file, "database-file"));
      return { engine, ...(password === undefined ? {} : { password }) };
    } catch (error) {
      if (error instanceof TypeError) throw new SetupError(`${file} holds no address of PostgreSQL: write postgresql://bi_reader:password@host:port/warehouse into it.`);
      throw error;
    }
  }
  const dir = dataDirAt(textOption(values, "data-dir"));
  const running = readRuntime(dir);
  if (!running) throw new SetupError("Where shall Superset read the marts? Start Martgraph (npm start -- --pg-port 15432), or write the warehouse's address into a file and name it with --database-file.");
  const bi = databasesOf(running.shop, running.warehouse, await loadSecrets(dir)).as("bi_reader");
  return { engine: engineAt(bi), password: bi.password };
}

/** Imports the bundle where a target is given, and makes roles and rules. @throws SupersetError */
export async function bringIn(client: SupersetClient, target: BundleTarget | undefined, vendors: readonly string[], known?: BundleTarget): Promise<{ imported: Imported; access: Access }> {
  const files = readBundle();
  const imported = target ? await importBundle(client, files, target, readRetired()) : { dashboards: 0, charts: 0, datasets: 0, removed: [] };
  return { imported, access: await provisionAccess(client, accessTarget(bundleFor(files, target ?? known ?? { engine: POSTGRES }), vendors)) };
}

/** A session at the Superset that the options name. @throws SetupError, SupersetError */
export async function loginFrom(values: OptionValues): Promise<SupersetClient> {
  const [url, user, file] = [textOption(values, "url"), textOption(values, "user"), textOption(values, "password-file")];
  if (url === undefined || user === undefined || file === undefined) throw new SetupError("Name your Superset with --url, --user and --password-file (a password in the command line could be read by everybody on the machine).");
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url)) throw new SetupError(`--url is "${url}"; it takes an address such as https://superset.example.com.`);
  return loginToSuperset({ url, user, password: secretFrom(file, "password-file") });
}

export function vendorIds(values: OptionValues): string[] {
  return (textOption(values, "vendors") ?? "").split(",").map((id) => id.trim()).filter((id) => id !== "");
}

function secretFrom(file: string, option: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    throw new SetupError(`--${option}: ${file} cannot be read.`);
  }
}

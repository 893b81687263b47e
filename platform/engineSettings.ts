import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ConfigError, settingsUnder } from "./config.ts";

/** Where marts are built when that is BigQuery: whose project, how jobs are authorised and what they may cost, who reads. */
export interface BigQuerySettings {
  readonly project: string;
  /** Datasets are `<prefix>_raw`, `<prefix>_marts_a` and so on. */
  readonly datasetPrefix: string;
  readonly location: string;
  /** A service account's key; the application's default credentials where not given. */
  readonly keyfile?: string;
  /** Another server than Google's: an emulator. Nobody is authenticated there. */
  readonly endpoint?: string;
  /** A job that would read more is refused by BigQuery. */
  readonly maximumBytesBilled?: number;
  /** Beside our own, on every job and dataset. */
  readonly labels: Readonly<Record<string, string>>;
  /** Who may read what is published, as IAM writes them: `group:bi@example.com`. */
  readonly readers: {
    /** All columns that are published. */
    readonly marts: readonly string[];
    /** Without persons. */
    readonly masked: readonly string[];
    /** Their own rows, by the id of the vendor. */
    readonly vendors: ReadonlyMap<string, readonly string[]>;
  };
}

export type EngineSettings = { readonly engine: "postgres" } | { readonly engine: "bigquery"; readonly bigQuery: BigQuerySettings };

const ENGINE = "MARTGRAPH_ENGINE";
const PREFIX = "MARTGRAPH_BIGQUERY_";
const KNOWN = ["PROJECT", "DATASET_PREFIX", "LOCATION", "KEYFILE", "ENDPOINT", "MAX_BYTES", "LABELS", "READERS", "MASKED_READERS", "VENDOR_READERS"] as const;
type Setting = (typeof KNOWN)[number];
const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);
const OURS = new Set(["product", "build", "slot", "step", "dbt_invocation_id"]);
const MAX_LABELS = 20;
const UNITS: Readonly<Record<string, number>> = { "": 1, MB: 1e6, GB: 1e9, TB: 1e12 };
/** BigQuery bills no query less. */
const LEAST_BYTES = 10_485_760;
const MOST_BYTES = 1e15;

/** Which engine builds the marts: PostgreSQL, where nothing is said. @throws ConfigError that names the variable */
export function engineSettings(): EngineSettings {
  const engine = settingsUnder(ENGINE).get("") ?? "postgres";
  if (engine !== "postgres" && engine !== "bigquery") throw new ConfigError(`${ENGINE} is "${engine}"; it must be one of postgres, bigquery`);
  const given = settingsUnder(PREFIX);
  const unknown = [...given.keys()].find((name) => !(KNOWN as readonly string[]).includes(name));
  if (unknown !== undefined) throw new ConfigError(`${PREFIX}${unknown} is no setting: there are ${KNOWN.map((name) => `${PREFIX}${name}`).join(", ")}`);
  const [stray] = given.keys();
  if (engine === "postgres" && stray !== undefined) throw new ConfigError(`${PREFIX}${stray} is set, but ${ENGINE} is not bigquery: set it, or leave the others out to build in PostgreSQL`);
  return engine === "postgres" ? { engine } : { engine, bigQuery: bigQuerySettings((name) => given.get(name)) };
}

function bigQuerySettings(text: (name: Setting) => string | undefined): BigQuerySettings {
  const matching = (name: Setting, pattern: RegExp, form: string, fallback?: string): string => {
    const value = text(name) ?? fallback;
    if (value === undefined) throw new ConfigError(`${PREFIX}${name} is not set: ${ENGINE} is bigquery, which needs ${form}`);
    if (!pattern.test(value)) throw new ConfigError(`${PREFIX}${name} is "${value}"; it must be ${form}`);
    return value;
  };
  const project = matching("PROJECT", /^(?:[a-z0-9][a-z0-9.-]{1,60}:)?[a-z][a-z0-9-]{2,28}[a-z0-9]$/, "the id of a Google Cloud project, my-shop-1234");
  // A dataset's name has room for more, but views and jobs are named by it too.
  const datasetPrefix = matching("DATASET_PREFIX", /^[a-z][a-z0-9_]{0,39}$/, "1 to 40 lower-case letters, digits and _, a letter first", "martgraph");
  const location = matching("LOCATION", /^[A-Za-z]{2}$|^[a-z]+(?:-[a-z]+)+\d{0,2}$/, "a location of BigQuery's, US, EU or europe-west3", "US");
  const endpoint = text("ENDPOINT");
  const keyfile = text("KEYFILE");
  const maximumBytesBilled = bytesOf(text("MAX_BYTES"));
  return {
    project, datasetPrefix, location,
    ...(keyfile ? { keyfile: checkedKeyfile(resolve(keyfile)) } : {}),
    ...(endpoint ? { endpoint: checkedEndpoint(endpoint, keyfile) } : {}),
    ...(maximumBytesBilled === undefined ? {} : { maximumBytesBilled }),
    labels: labelsOf(text("LABELS")),
    readers: { marts: membersOf("READERS", text("READERS")), masked: membersOf("MASKED_READERS", text("MASKED_READERS")), vendors: vendorsOf(text("VENDOR_READERS")) },
  };
}

function checkedEndpoint(endpoint: string, keyfile: string | undefined): string {
  const url = URL.parse(endpoint);
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:") || url.username !== "" || url.pathname !== "/" || url.search !== "") throw new ConfigError(`${PREFIX}ENDPOINT is no address of an emulator: give protocol, host and port alone, http://127.0.0.1:9050`);
  if (url.protocol === "http:" && !LOOPBACK.has(url.hostname)) throw new ConfigError(`${PREFIX}ENDPOINT is http beyond this machine: the shop's data would travel in the clear`);
  if (keyfile !== undefined) throw new ConfigError(`${PREFIX}ENDPOINT and ${PREFIX}KEYFILE are both set: an emulator asks nobody for a key, and Google's BigQuery needs no endpoint`);
  return url.href.replace(/\/$/, "");
}

/** What stands in a key is never repeated. */
function checkedKeyfile(path: string): string {
  let key: unknown;
  try {
    key = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new ConfigError(error instanceof SyntaxError ? `${PREFIX}KEYFILE names ${path}, which is no JSON: give the file that Google made for a service account` : `${PREFIX}KEYFILE names ${path}, which cannot be read`);
  }
  const { type, client_email: email, private_key: secret } = (key ?? {}) as { type?: unknown; client_email?: unknown; private_key?: unknown };
  if (type !== "service_account" || typeof email !== "string" || typeof secret !== "string") throw new ConfigError(`${PREFIX}KEYFILE names ${path}, which is no key of a service account; without the setting the application's default credentials are used`);
  return path;
}

const DAILY = "MARTGRAPH_SQL_DAILY_BYTES";

/** Where Google's libraries look for credentials, and how they get out. */
const GOOGLE = ["GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG"] as const;
const WAY_OUT = ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"] as const;

/** What a child that asks Google itself needs in its environment; files by their whole path, since it may run in another folder. */
export function googleEnvironment(): Record<string, string> {
  const given = (names: readonly string[], written: (value: string) => string) => names.flatMap((name) => {
    const value = settingsUnder(name).get("");
    return value === undefined ? [] : [[name, written(value)] as const];
  });
  return Object.fromEntries([...given(GOOGLE, (path) => resolve(path)), ...given(WAY_OUT, (value) => value)]);
}

/** Our own settings of the engine, for a process of ours that is to see the same ones. Nothing where PostgreSQL is the engine. @throws ConfigError */
export function engineEnvironment(): Record<string, string> {
  const settings = engineSettings();
  if (settings.engine === "postgres") return {};
  const { keyfile } = settings.bigQuery;
  const ours = [...settingsUnder(PREFIX)].map(([name, value]) => [`${PREFIX}${name}`, value]);
  const daily = settingsUnder(DAILY).get("");
  return {
    ...googleEnvironment(), ...Object.fromEntries(ours), [ENGINE]: settings.engine,
    ...(keyfile === undefined ? {} : { [`${PREFIX}KEYFILE`]: keyfile }), ...(daily === undefined ? {} : { [DAILY]: daily }),
  };
}

/** What one person's ad-hoc SQL may read in 24 hours where BigQuery bills it: 200 GB where nothing is said. @throws ConfigError */
export function sqlDailyBytes(): number {
  return bytesOf(settingsUnder(DAILY).get(""), DAILY, "the most that one person's statements may read in a day") ?? 200e9;
}

function bytesOf(text: string | undefined, name = `${PREFIX}MAX_BYTES`, what = "the most that one job may read"): number | undefined {
  if (text === undefined) return undefined;
  const [, digits, unit = ""] = /^(\d{1,15})\s?(MB|GB|TB)?$/i.exec(text) ?? [];
  const bytes = Number(digits) * (UNITS[unit.toUpperCase()] ?? NaN);
  if (!(bytes >= LEAST_BYTES && bytes <= MOST_BYTES)) throw new ConfigError(`${name} is "${text}"; it is ${what}, in bytes or as 20 GB, and at least ${LEAST_BYTES}`);
  return bytes;
}

const listOf = (text: string | undefined) => (text ?? "").split(",").map((part) => part.trim()).filter((part) => part !== "");

function labelsOf(text: string | undefined): Record<string, string> {
  const labels = listOf(text).map((part) => {
    const [, key = "", value = ""] = /^([a-z][a-z0-9_-]{0,62})=([a-z0-9_-]{0,63})$/.exec(part) ?? [];
    if (key === "") throw new ConfigError(`${PREFIX}LABELS has "${part}"; it is a list of key=value, separated by commas, in lower-case letters, digits, "_" and "-"`);
    if (OURS.has(key)) throw new ConfigError(`${PREFIX}LABELS has "${key}", which every job carries already`);
    return [key, value] as const;
  });
  if (labels.length > MAX_LABELS) throw new ConfigError(`${PREFIX}LABELS has ${labels.length} labels; ${MAX_LABELS} are allowed`);
  return Object.fromEntries(labels);
}

const MEMBER = /^(?:user|group|serviceAccount):[^\s"'`\\@,=]{1,64}@[a-z0-9.-]{3,190}$|^domain:[a-z0-9.-]{3,190}$/;

function membersOf(name: Setting, text: string | undefined): string[] {
  const members = [...new Set(listOf(text))];
  const wrong = members.find((member) => !MEMBER.test(member));
  if (wrong !== undefined) throw new ConfigError(`${PREFIX}${name} has "${wrong}"; it is a list of user:..., group:..., serviceAccount:... or domain:..., separated by commas`);
  return members;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function vendorsOf(text: string | undefined): Map<string, readonly string[]> {
  const vendors = new Map<string, readonly string[]>();
  for (const part of listOf(text)) {
    const [vendor = "", member = ""] = part.split("=");
    if (!UUID.test(vendor) || !MEMBER.test(member)) throw new ConfigError(`${PREFIX}VENDOR_READERS has "${part}"; it is a list of <id of the vendor>=group:sales@vendor.example, separated by commas`);
    vendors.set(vendor, [...new Set([...(vendors.get(vendor) ?? []), member])]);
  }
  return vendors;
}

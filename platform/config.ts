import { isIP } from "node:net";
import { resolve } from "node:path";

/**
 * The one reader of the environment. Every setting has its name, its bounds and its default here; a wrong value stops the
 * process at once with a sentence that names the variable.
 */
// Must be set before the gateway library loads: it reports home hourly otherwise. dbt and Great Expectations likewise.
process.env["APOLLO_TELEMETRY_DISABLED"] = "true";
process.env["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false";
process.env["GX_ANALYTICS_ENABLED"] = "false";

export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

function text(name: string): string | undefined {
  const value = process.env[name];
  return value === undefined || value === "" ? undefined : value;
}

function required(name: string): string {
  const value = text(name);
  if (value === undefined) throw new ConfigError(`${name} is not set`);
  return value;
}

function oneOf<T extends string>(name: string, fallback: T, values: readonly T[]): T {
  const value = text(name) ?? fallback;
  if (!values.includes(value as T)) throw new ConfigError(`${name} is "${value}"; it must be one of ${values.join(", ")}`);
  return value as T;
}

function wholeNumber(name: string, fallback: number, least: number, most: number): number {
  const value = text(name) ?? String(fallback);
  if (!/^\d{1,9}$/.test(value) || Number(value) < least || Number(value) > most) throw new ConfigError(`${name} is "${value}"; it must be a whole number from ${least} to ${most}`);
  return Number(value);
}

export function logSettings(): { level: "debug" | "info" | "warn" | "error" | "silent" } {
  return { level: oneOf("MARTGRAPH_LOG_LEVEL", "warn", ["debug", "info", "warn", "error", "silent"]) };
}

/** Where the real data sets lie; tests and demos that need them say so when the folder is missing. */
export function dataSetsDir(): string {
  return resolve(text("MARTGRAPH_DATA") ?? "../shared/data");
}

/** Files of Online Retail II over which both engines are to be compared; nothing is compared over them where not given. */
export const parityData = (): string | undefined => text("MARTGRAPH_PARITY_DATA");

/** True in `npm run proof`: long tests run in full. */
export function proofMode(): boolean {
  return text("MARTGRAPH_PROOF") === "1";
}

/** The one seed that tests under fire are run with, instead of all of theirs: what failed with it is tried again. */
export function seedSetting(): number | undefined {
  return text("MARTGRAPH_SEED") === undefined ? undefined : wholeNumber("MARTGRAPH_SEED", 1, 1, 999_999_999);
}

/** External servers instead of the embedded ones, where given. */
export function serverSettings(): { shopUrl?: string; warehouseUrl?: string; redisUrl?: string } {
  const shopUrl = text("MARTGRAPH_SHOP_URL");
  const warehouseUrl = text("MARTGRAPH_WAREHOUSE_URL");
  const redisUrl = text("MARTGRAPH_REDIS_URL");
  return { ...(shopUrl ? { shopUrl } : {}), ...(warehouseUrl ? { warehouseUrl } : {}), ...(redisUrl ? { redisUrl } : {}) };
}

function listOf(name: string): string[] {
  return (text(name) ?? "").split(",").map((part) => part.trim()).filter((part) => part !== "");
}

/** Proxies in front of the gateway whose word about clients' addresses is believed, and where the links of mails lead: the gateway's own pages where nothing is set. */
export function webSettings(): { trustedProxies: readonly string[]; shopWebUrl?: string } {
  const trustedProxies = listOf("MARTGRAPH_TRUSTED_PROXIES");
  const wrong = trustedProxies.find((entry) => !isNetwork(entry));
  if (wrong !== undefined) throw new ConfigError(`MARTGRAPH_TRUSTED_PROXIES has "${wrong}"; it is a list of addresses and networks, 10.0.0.7 or 10.0.0.0/8, separated by commas`);
  const url = webAddress("MARTGRAPH_SHOP_WEB_URL");
  if (url && (url.search !== "" || url.hash !== "")) throw new ConfigError("MARTGRAPH_SHOP_WEB_URL has a query: give the address that /account/verify?token=... is put behind, https://shop.example.com");
  if (url && url.protocol === "http:" && !LOOPBACK.has(url.hostname)) throw new ConfigError("MARTGRAPH_SHOP_WEB_URL is http beyond this machine: links that reset passwords would travel in the clear");
  return { trustedProxies, ...(url ? { shopWebUrl: url.href.replace(/\/$/, "") } : {}) };
}

function isNetwork(entry: string): boolean {
  const [address = "", bits, ...rest] = entry.split("/");
  const family = isIP(address);
  return rest.length === 0 && family !== 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32)));
}

/** When the published build is exported to the lake, and how many exports are kept. */
export interface LakeSettings {
  readonly every: "never" | "night" | "build";
  readonly keep: number;
}

export function lakeSettings(): LakeSettings {
  return { every: oneOf("MARTGRAPH_LAKE_EVERY", "night", ["never", "night", "build"]), keep: wholeNumber("MARTGRAPH_LAKE_KEEP", 7, 1, 1_000) };
}

/** A service of stolen passwords beside the list that is built in, where one is set. */
export function passwordSettings(): { rangeUrl?: string } {
  const url = webAddress("MARTGRAPH_PASSWORD_RANGE_URL");
  if (url && url.protocol === "http:" && !LOOPBACK.has(url.hostname)) throw new ConfigError("MARTGRAPH_PASSWORD_RANGE_URL is http beyond this machine: parts of passwords' digests would travel in the clear");
  return url ? { rangeUrl: url.href } : {};
}

/** Where events are told to, beside webhooks. Without brokers there is no event bus; without an SMTP server mails become files. */
export function tellingSettings(): { kafkaBrokers: readonly string[]; smtpUrl?: string; mailFrom: string; allowPrivateWebhooks: boolean } {
  const kafkaBrokers = listOf("MARTGRAPH_KAFKA_BROKERS");
  const wrong = kafkaBrokers.find((broker) => !/^[\w.-]+:\d{1,5}$|^\[[\da-fA-F:]+\]:\d{1,5}$/.test(broker));
  if (wrong !== undefined) throw new ConfigError(`MARTGRAPH_KAFKA_BROKERS has "${wrong}"; it is a list of host:port, separated by commas`);
  const smtpUrl = text("MARTGRAPH_SMTP_URL");
  // The URL holds a password: it is not repeated.
  if (smtpUrl !== undefined && !/^smtps?:$/.test(URL.parse(smtpUrl)?.protocol ?? "")) throw new ConfigError("MARTGRAPH_SMTP_URL is no URL of a mail server; give it as smtp://user:password@host:587 or smtps://user:password@host:465");
  const mailFrom = text("MARTGRAPH_MAIL_FROM") ?? "Martgraph <shop@martgraph.example>";
  if (!/^(?:[^<>@\r\n]{0,100}<[^<>@\s]{1,64}@[^<>@\s]{1,190}>|[^<>@\s]{1,64}@[^<>@\s]{1,190})$/.test(mailFrom)) throw new ConfigError(`MARTGRAPH_MAIL_FROM is "${mailFrom}"; give it as name@example.com or "The Shop <name@example.com>"`);
  const allowPrivateWebhooks = oneOf("MARTGRAPH_WEBHOOKS_TO_PRIVATE", "0", ["0", "1"]) === "1";
  return { kafkaBrokers, ...(smtpUrl ? { smtpUrl } : {}), mailFrom, allowPrivateWebhooks };
}

const ONE_ADDRESS = /^[^\s<>()[\]\\,;:"@\p{Cc}]{1,64}@[^\s<>()[\]\\,;:"@\p{Cc}]{1,190}$/u;
const MAX_ALERT_ADDRESSES = 10;

/** Whom the warehouse writes to when a build is refused or its numbers are too old. Nobody where not set; webhooks hear of it in any case. */
export function alertSettings(): { mailTo: readonly string[] } {
  const mailTo = [...new Set(listOf("MARTGRAPH_ALERT_MAIL"))];
  const wrong = mailTo.find((address) => !ONE_ADDRESS.test(address));
  if (wrong !== undefined) throw new ConfigError(`MARTGRAPH_ALERT_MAIL has "${wrong}"; it is a list of mail addresses, separated by commas`);
  if (mailTo.length > MAX_ALERT_ADDRESSES) throw new ConfigError(`MARTGRAPH_ALERT_MAIL has ${mailTo.length} addresses; ${MAX_ALERT_ADDRESSES} are allowed: give the address of a mailing list`);
  return { mailTo };
}

/** How Stripe is reached; see subgraphs/orders/ports/stripe. Secrets: never logged, never in argv. */
export interface StripeEnvironment {
  readonly apiKey: string;
  readonly webhookSecret: string;
  readonly host?: string;
  readonly port?: number;
  readonly protocol?: "http" | "https";
  readonly returnUrl?: string;
}

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Stripe, where a key is given; undefined for the stand-in. A value that is wrong is never repeated. */
export function stripeSettings(): StripeEnvironment | undefined {
  const apiKey = text("MARTGRAPH_STRIPE_API_KEY");
  const webhookSecret = text("MARTGRAPH_STRIPE_WEBHOOK_SECRET")?.trim();
  if (apiKey === undefined) {
    if (webhookSecret !== undefined) throw new ConfigError("MARTGRAPH_STRIPE_WEBHOOK_SECRET is set, but MARTGRAPH_STRIPE_API_KEY is not: give both, or neither for the stand-in");
    return undefined;
  }
  if (!/^(sk|rk)_(test|live)_\w{4,}$/.test(apiKey)) throw new ConfigError("MARTGRAPH_STRIPE_API_KEY is no secret key of Stripe's: it begins with sk_test_, sk_live_, rk_test_ or rk_live_");
  if (webhookSecret === undefined || webhookSecret.length < 16) {
    throw new ConfigError("MARTGRAPH_STRIPE_WEBHOOK_SECRET is empty or too short: everybody could tell the shop that they had paid. Take the signing secret (whsec_...) of the endpoint from Stripe's dashboard");
  }
  const returnUrl = webAddress("MARTGRAPH_STRIPE_RETURN_URL");
  return { apiKey, webhookSecret, ...stripeHost(), ...(returnUrl ? { returnUrl: returnUrl.href } : {}) };
}

function stripeHost(): Pick<StripeEnvironment, "host" | "port" | "protocol"> {
  const url = webAddress("MARTGRAPH_STRIPE_URL");
  if (!url) return {};
  if (url.pathname !== "/" || url.search !== "") throw new ConfigError("MARTGRAPH_STRIPE_URL is an address with a path: give protocol, host and port alone, http://127.0.0.1:12111");
  if (url.protocol === "http:" && !LOOPBACK.has(url.hostname)) throw new ConfigError("MARTGRAPH_STRIPE_URL is http beyond this machine: the key would travel in the clear");
  const protocol = url.protocol === "http:" ? "http" : "https";
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port === "" ? (protocol === "http" ? 80 : 443) : Number(url.port), protocol };
}

function webAddress(name: string): URL | undefined {
  const value = text(name);
  if (value === undefined) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:") || url.username !== "" || url.password !== "") throw new ConfigError(`${name} is no address of http or https`);
  return url;
}

/** Where objects (pictures, imports, exports) are kept, if not in files, and where clients reach the shop, if not at the address it listens at. */
export function objectSettings(): { s3?: { bucket: string; region: string; endpoint?: string; accessKeyId: string; secretAccessKey: string }; publicUrl?: string } {
  const publicUrl = webAddress("MARTGRAPH_PUBLIC_URL")?.href;
  const bucket = text("MARTGRAPH_S3_BUCKET");
  if (bucket === undefined) {
    const stray = ["MARTGRAPH_S3_ENDPOINT", "MARTGRAPH_S3_ACCESS_KEY_ID", "MARTGRAPH_S3_SECRET_ACCESS_KEY"].find((name) => text(name) !== undefined);
    if (stray) throw new ConfigError(`${stray} is set, but MARTGRAPH_S3_BUCKET is not: name the bucket, or leave all of them out to keep objects as files`);
    return publicUrl ? { publicUrl } : {};
  }
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) throw new ConfigError(`MARTGRAPH_S3_BUCKET is "${bucket}"; a bucket has 3 to 63 lower-case letters, digits, "." and "-"`);
  const endpoint = webAddress("MARTGRAPH_S3_ENDPOINT");
  if (endpoint?.protocol === "http:" && !LOOPBACK.has(endpoint.hostname)) throw new ConfigError("MARTGRAPH_S3_ENDPOINT is http beyond this machine: pictures and exports would travel in the clear");
  const s3 = { bucket, region: text("MARTGRAPH_S3_REGION") ?? "us-east-1", ...(endpoint ? { endpoint: endpoint.href } : {}), accessKeyId: required("MARTGRAPH_S3_ACCESS_KEY_ID"), secretAccessKey: required("MARTGRAPH_S3_SECRET_ACCESS_KEY") };
  return { s3, ...(publicUrl ? { publicUrl } : {}) };
}

/** The settings whose names begin so, by the rest of their names; for areas that read their own (platform/identitySettings.ts). */
export function settingsUnder(prefix: string): ReadonlyMap<string, string> {
  return new Map(Object.keys(process.env).filter((name) => name.startsWith(prefix)).toSorted().flatMap((name) => {
    const value = text(name);
    return value === undefined ? [] : [[name.slice(prefix.length), value.trim()] as const];
  }));
}

const CRON_BOUNDS = [[0, 59], [0, 23], [1, 31], [1, 12], [0, 7]] as const;

function isCron(line: string): boolean {
  const fields = line.trim().split(/\s+/);
  return fields.length === CRON_BOUNDS.length && fields.every((field, index) => {
    const [least, most] = CRON_BOUNDS[index] as readonly [number, number];
    return field.split(",").every((part) => {
      const match = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
      const [, from, to, step] = match ?? [];
      return match !== null && [from, to].every((bound) => bound === undefined || (Number(bound) >= least && Number(bound) <= most)) && (to === undefined || Number(from) <= Number(to)) && step !== "0" && step !== "00";
    });
  });
}

/** When the pipeline does what, as cron lines in UTC; `off` for never. Without a line for builds, `--build-every` says how often. */
export function scheduleSettings(): { build?: string; train?: string; maintenance?: string } {
  const job = (name: string, fallback: string | undefined) => {
    const line = text(name)?.trim() ?? fallback;
    if (line === undefined || line === "off") return undefined;
    if (!isCron(line)) throw new ConfigError(`${name} is "${line}"; it is a cron line of minute, hour, day, month and weekday in UTC, "17 3 * * *", or off`);
    return line;
  };
  const build = job("MARTGRAPH_SCHEDULE_BUILD", undefined);
  // Nightly, at an hour when few people buy.
  const train = job("MARTGRAPH_SCHEDULE_TRAIN", "17 3 * * *");
  const maintenance = job("MARTGRAPH_SCHEDULE_MAINTENANCE", "47 4 * * *");
  return { ...(build ? { build } : {}), ...(train ? { train } : {}), ...(maintenance ? { maintenance } : {}) };
}

/** Where the pipeline tells what it reads and writes, by the OpenLineage standard, if anywhere. */
export function lineageSettings(): { url?: string; file?: string; apiKey?: string } {
  const url = webAddress("MARTGRAPH_OPENLINEAGE_URL")?.href;
  const file = text("MARTGRAPH_OPENLINEAGE_FILE");
  const apiKey = text("MARTGRAPH_OPENLINEAGE_API_KEY");
  if (apiKey !== undefined && url === undefined) throw new ConfigError("MARTGRAPH_OPENLINEAGE_API_KEY is set, but MARTGRAPH_OPENLINEAGE_URL is not");
  return { ...(url ? { url } : {}), ...(file ? { file: resolve(file) } : {}), ...(apiKey ? { apiKey } : {}) };
}

/** A file of synonyms instead of the one that comes with the shop. */
export function searchSettings(): { synonymsFile?: string } {
  const file = text("MARTGRAPH_SEARCH_SYNONYMS");
  return file === undefined ? {} : { synonymsFile: resolve(file) };
}

/** Whether what everybody sees may be kept for seconds between requests; off for measuring, or where not even seconds may pass. */
export function keepSettings(): { keep: boolean } {
  return { keep: oneOf("MARTGRAPH_KEEP", "on", ["on", "off"]) === "on" };
}

/**
 * For how many seconds one attempt at buying, paying, refunding or cancelling is left alone before a repeated call or the sweeper goes
 * on in its place. Correct at any value: shorter than a payment provider takes, work is done twice and found done; longer, who comes
 * back after a crash waits longer.
 */
export function leaseSettings(): { seconds: number } {
  return { seconds: wholeNumber("MARTGRAPH_LEASE_SECONDS", 30, 1, 600) };
}

/**
 * What one process of the split needs: its name and a JSON document that the starter put into the environment
 * (credentials must not stand in argv, which every user of the machine can read).
 */
export function splitProcessSettings<T>(): T {
  const document = required("MARTGRAPH_PROCESS");
  try {
    return JSON.parse(document) as T;
  } catch {
    throw new ConfigError("MARTGRAPH_PROCESS is not a JSON document");
  }
}

/** The environment for a child program: what it needs to find its files and locale, and none of our secrets. */
export function childEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "SYSTEMROOT", "TEMP"]) {
    const value = text(name);
    if (value !== undefined) kept[name] = value;
  }
  return { ...kept, DBT_SEND_ANONYMOUS_USAGE_STATS: "false", GX_ANALYTICS_ENABLED: "false", PYTHONUNBUFFERED: "1", ...extra };
}

const FETCHES_BY = /^(UV_|PIP_|SSL_CERT_(FILE|DIR)$|REQUESTS_CA_BUNDLE$|CURL_CA_BUNDLE$|(HTTPS?|ALL|NO)_PROXY$)/i;

/** The environment for a child that fetches packages: with what the machine says of mirrors, proxies and certificates. */
export function fetchingEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const fetching = Object.entries(process.env).filter((entry): entry is [string, string] => FETCHES_BY.test(entry[0]) && entry[1] !== undefined);
  return { ...childEnvironment(), ...Object.fromEntries(fetching), UV_PYTHON_DOWNLOADS: "never", UV_NO_PROGRESS: "1", PIP_NO_INPUT: "1", ...extra };
}

/** PATH as a list, for looking up programs. */
export function programPath(): string[] {
  return (text("PATH") ?? "").split(":").filter((dir) => dir !== "");
}

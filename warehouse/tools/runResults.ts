import { readFile } from "node:fs/promises";

/** What became of one node of a dbt run. */
export interface NodeResult {
  /** dbt's unique id: "model.martgraph.fct_orders". */
  node: string;
  /** The last part of it that a person knows. */
  name: string;
  kind: "model" | "seed" | "test" | "unit_test" | "operation" | "other";
  status: "success" | "pass" | "warn" | "fail" | "error" | "skipped" | "no-op";
  /** Rows written, for what writes rows. */
  rows: number | null;
  seconds: number;
  /** Rows a test found. */
  failures: number | null;
  /** Why it failed, in one line; null otherwise. */
  message: string | null;
  /** schema.table it made. */
  relation: string | null;
}

interface RawResult {
  unique_id: string;
  status: NodeResult["status"];
  execution_time: number;
  failures: number | null;
  message: string | null;
  relation_name: string | null;
  adapter_response: { rows_affected?: number; _message?: string };
}

/** Reads run_results.json; an absent file is a run that did not come as far as a node, and answers nothing. */
export async function readRunResults(path: string): Promise<NodeResult[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return (JSON.parse(text) as { results: RawResult[] }).results.map(toNodeResult);
}

const KINDS = new Set<string>(["model", "seed", "test", "unit_test", "operation"]);

function toNodeResult(raw: RawResult): NodeResult {
  const kind = raw.unique_id.split(".")[0] ?? "";
  const bad = raw.status === "error" || raw.status === "fail";
  const affected = raw.adapter_response.rows_affected;
  return {
    node: raw.unique_id,
    name: nodeName(raw.unique_id),
    kind: KINDS.has(kind) ? (kind as NodeResult["kind"]) : "other",
    status: raw.status,
    rows: (kind === "model" || kind === "seed") && typeof affected === "number" && affected >= 0 ? affected : null,
    seconds: raw.execution_time,
    failures: raw.failures,
    message: bad ? failureMessage(raw) : null,
    relation: raw.relation_name?.replaceAll('"', "").split(".").slice(-2).join(".") ?? null,
  };
}

/** "test.martgraph.row_rules_fct_orders_ab12.f00" reads as its third part; a unit test has its model and its name. */
function nodeName(uniqueId: string): string {
  const parts = uniqueId.split(".");
  return parts[0] === "unit_test" ? parts.slice(2).join(".") : (parts[2] ?? uniqueId);
}

function failureMessage(raw: RawResult): string {
  return oneLine(raw.message ?? "failed");
}

/**
 * dbt's message in one line: without its heading that names the node once more, without paths of compiled files, and without
 * the server's details, which quote the row that was refused.
 */
export function oneLine(message: string): string {
  const lines = message
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(compiled code at |DETAIL:|CONTEXT:)/i.test(line));
  const told = lines.length > 1 && /^(Database|Runtime|Compilation|Parsing) Error/.test(lines[0] ?? "") ? lines.slice(1) : lines;
  return told.join(" ").replace(/ {2,}/g, " ").slice(0, 1_000);
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A client operation of schema/graphql/operations as GraphiQL offers it. */
export interface Example {
  name: string;
  /** The role that may run it, GUEST for anybody. */
  role: string;
  /** One sentence. */
  shows: string;
  query: string;
  /** JSON to start from; empty when it takes none. */
  variables: string;
}

export const OPERATIONS_DIR = join(import.meta.dirname, "..", "..", "schema", "graphql", "operations");
const ROLE_ORDER = ["GUEST", "CUSTOMER", "VENDOR", "SUPPORT", "ANALYST", "ADMIN"];

/** The operations in the order of their roles, then names. Their first lines say for whom they are: `# For:`, `# Shows:`, `# Variables:`. */
export function readExamples(dir: string = OPERATIONS_DIR): Example[] {
  return readdirSync(dir)
    .filter((file) => file.endsWith(".graphql"))
    .map((file) => parseExample(file.replace(/\.graphql$/, ""), readFileSync(join(dir, file), "utf8")))
    .sort((a, b) => ROLE_ORDER.indexOf(a.role) - ROLE_ORDER.indexOf(b.role) || a.name.localeCompare(b.name));
}

function parseExample(name: string, text: string): Example {
  const head = (key: string): string | undefined => new RegExp(`^# ${key}: (.*)$`, "m").exec(text)?.[1]?.trim();
  const role = head("For");
  const shows = head("Shows");
  if (!role || !ROLE_ORDER.includes(role) || !shows) throw new Error(`schema/graphql/operations/${name}.graphql must begin with "# For: <role>" and "# Shows: <sentence>"`);
  const variables = head("Variables");
  const query = text.split("\n").filter((line) => !/^# (For|Shows|Variables): /.test(line)).join("\n").trim();
  return { name, role, shows, query: `${query}\n`, variables: variables === undefined ? "" : JSON.stringify(JSON.parse(variables), undefined, 2) };
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type DefinitionNode, type DocumentNode, Kind, parse, print, visit } from "graphql";
import { foldExtensions } from "./foldExtensions.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/**
 * The whole SDL of a subgraph: its own schema.graphql, or the files of its folder schema/ (one per area, which may extend each
 * other's types), with the shared definitions that it names, directly or through another shared one. Needs no database and no running process.
 */
export function readSubgraphSdl(name: string): string {
  return print(readSubgraphDocument(name));
}

/** The same as a syntax tree. */
export function readSubgraphDocument(name: string): DocumentNode {
  const own = foldExtensions(filesOf(name).map(parseFile));
  const shared = parseFile(join(ROOT, "schema", "graphql", "shared.graphql"));
  return { kind: Kind.DOCUMENT, definitions: [...linkOf(shared), ...neededOf(shared, own), ...own.definitions] };
}

function filesOf(name: string): string[] {
  const folder = join(ROOT, "subgraphs", name, "schema");
  if (!existsSync(folder)) return [join(ROOT, "subgraphs", name, "schema.graphql")];
  return readdirSync(folder).filter((file) => file.endsWith(".graphql")).sort().map((file) => join(folder, file));
}

function parseFile(path: string): DocumentNode {
  try {
    return parse(readFileSync(path, "utf8"), { noLocation: true });
  } catch (error) {
    throw new Error(`${path} cannot be read as GraphQL schema: ${(error as Error).message}`, { cause: error });
  }
}

function linkOf(shared: DocumentNode): DefinitionNode[] {
  return shared.definitions.filter((definition) => definition.kind === Kind.SCHEMA_EXTENSION);
}

function neededOf(shared: DocumentNode, own: DocumentNode): DefinitionNode[] {
  const byName = new Map(shared.definitions.flatMap((node) => ("name" in node && node.name ? [[node.name.value, node] as const] : [])));
  const needed = new Set<string>();
  const queue = namedIn(own);
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const definition = byName.get(name);
    if (!definition || needed.has(name)) continue;
    needed.add(name);
    queue.push(...namedIn(definition));
  }
  return shared.definitions.filter((node) => "name" in node && node.name && needed.has(node.name.value));
}

function namedIn(node: DocumentNode | DefinitionNode): string[] {
  const names: string[] = [];
  visit(node, { NamedType: (type) => { names.push(type.name.value); } });
  return names;
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type DefinitionNode, type DocumentNode, Kind, parse, print, visit } from "graphql";

const ROOT = join(import.meta.dirname, "..", "..");

/**
 * The whole SDL of a subgraph: its own schema.graphql with the shared definitions that it names, directly or through
 * another shared one. Needs no database and no running process.
 */
export function readSubgraphSdl(name: string): string {
  return print(readSubgraphDocument(name));
}

/** The same as a syntax tree. */
export function readSubgraphDocument(name: string): DocumentNode {
  const own = parseFile(join(ROOT, "subgraphs", name, "schema.graphql"));
  const shared = parseFile(join(ROOT, "schema", "graphql", "shared.graphql"));
  return { kind: Kind.DOCUMENT, definitions: [...linkOf(shared), ...neededOf(shared, own), ...own.definitions] };
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

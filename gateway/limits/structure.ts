import { Kind } from "graphql";
import type { DocumentNode, FieldNode, FragmentDefinitionNode, OperationDefinitionNode, SelectionSetNode } from "graphql";
import { Refusal } from "../refusal.ts";
import type { Limits } from "./limits.ts";

/**
 * Refuses a parsed document that is too large once its fragments are spread out. It runs before validation and planning, both
 * of which can take minutes on a document of a few hundred bytes, and its own work is bounded by the limits it enforces.
 * Throws {@link Refusal} naming the limit.
 */
export function checkStructure(document: DocumentNode, limits: Limits): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: OperationDefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    else if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
    else throw new Refusal(400, "GRAPHQL_VALIDATION_FAILED", "A document to execute holds operations and fragments only.");
  }
  if (operations.length === 0) throw new Refusal(400, "GRAPHQL_VALIDATION_FAILED", "The document holds no operation.");
  if (operations.length > limits.operations) throw tooMuch("operations", "operations in one document", operations.length, limits.operations);
  refuseCycles(fragments);

  const walker = new Walker(fragments, limits);
  for (const operation of operations) walker.operation(operation);
  // Validation compares every pair of fields in unused fragments too, and they are counted in no operation.
  for (const name of fragments.keys()) {
    if (!walker.used.has(name)) throw new Refusal(400, "GRAPHQL_VALIDATION_FAILED", `Fragment "${name}" is never used.`);
  }
}

function tooMuch(limit: string, what: string, found: number | string, allowed: number): Refusal {
  return new Refusal(400, "LIMIT_EXCEEDED", `The document is too large: ${found} ${what}, at most ${allowed} allowed (limit "${limit}").`);
}

/** Response names that would reach an object's prototype when an answer is put together. */
const FORBIDDEN_NAMES = new Set(["__proto__", "constructor", "prototype"]);

class Walker {
  readonly used = new Set<string>();
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #limits: Limits;
  #selections = 0;
  #aliases = 0;
  #overlaps = 0;
  #directives = 0;

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>, limits: Limits) {
    this.#fragments = fragments;
    this.#limits = limits;
  }

  operation(operation: OperationDefinitionNode): void {
    if (operation.operation === "subscription") throw new Refusal(400, "BAD_REQUEST", "Subscriptions are not served here.");
    this.#countDirectives(operation.directives?.length ?? 0);
    const rootFields = this.#level([operation.selectionSet], 1);
    const limit = operation.operation === "mutation" ? "mutationFields" : "rootFields";
    if (rootFields > this.#limits[limit]) throw tooMuch(limit, "fields at the root", rootFields, this.#limits[limit]);
  }

  /** Merges the selection sets of one place in the answer by response name, as execution does, and descends. Returns the number of names. */
  #level(sets: readonly SelectionSetNode[], depth: number): number {
    const { depth: maxDepth, aliases, overlaps } = this.#limits;
    if (depth > maxDepth) throw tooMuch("depth", "levels of fields", `more than ${maxDepth}`, maxDepth);
    const groups = new Map<string, FieldNode[]>();
    let spreads = 0;
    for (const set of sets) spreads += this.#collect(set, groups);
    this.#overlaps += (spreads * (spreads - 1)) / 2;
    for (const [name, nodes] of groups) {
      if (FORBIDDEN_NAMES.has(name)) throw new Refusal(400, "BAD_REQUEST", `"${name}" cannot be used as a response name.`);
      this.#overlaps += (nodes.length * (nodes.length - 1)) / 2;
      if (nodes[0]?.alias && nodes[0].alias.value !== nodes[0].name.value) this.#aliases += 1;
      if (this.#aliases > aliases) throw tooMuch("aliases", "aliases", `more than ${aliases}`, aliases);
      if (this.#overlaps > overlaps) throw tooMuch("overlaps", "pairs of selections under one name", `more than ${overlaps}`, overlaps);
      const below = nodes.flatMap((node) => (node.selectionSet ? [node.selectionSet] : []));
      if (below.length > 0) this.#level(below, depth + 1);
    }
    return groups.size;
  }

  #collect(set: SelectionSetNode, groups: Map<string, FieldNode[]>): number {
    let spreads = 0;
    for (const selection of set.selections) {
      this.#selections += 1;
      if (this.#selections > this.#limits.selections) {
        throw tooMuch("selections", "selections once fragments are spread out", `more than ${this.#limits.selections}`, this.#limits.selections);
      }
      this.#countDirectives(selection.directives?.length ?? 0);
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const group = groups.get(name);
        if (group) group.push(selection);
        else groups.set(name, [selection]);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        spreads += this.#collect(selection.selectionSet, groups);
      } else {
        spreads += 1;
        const fragment = this.#fragments.get(selection.name.value);
        if (!fragment) continue; // validation names it
        this.used.add(selection.name.value);
        spreads += this.#collect(fragment.selectionSet, groups);
      }
    }
    return spreads;
  }

  #countDirectives(count: number): void {
    this.#directives += count;
    if (this.#directives > this.#limits.directives) throw tooMuch("directives", "directives", `more than ${this.#limits.directives}`, this.#limits.directives);
  }
}

/** Refuses fragments that reach themselves; without this the walk would only end at its limits, and name the wrong reason. */
function refuseCycles(fragments: ReadonlyMap<string, FragmentDefinitionNode>): void {
  const done = new Set<string>();
  for (const start of fragments.keys()) {
    // An explicit stack: a chain of a thousand fragments is legal here and must not overflow the call stack.
    const onPath = new Set<string>();
    const stack: { name: string; next: string[] }[] = [];
    const enter = (name: string): void => {
      const fragment = fragments.get(name);
      if (!fragment || done.has(name)) return;
      if (onPath.has(name)) throw new Refusal(400, "GRAPHQL_VALIDATION_FAILED", `Fragment "${name}" spreads itself.`);
      onPath.add(name);
      stack.push({ name, next: spreadsOf(fragment.selectionSet) });
    };
    enter(start);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.next.pop();
      if (next !== undefined) enter(next);
      else {
        stack.pop();
        onPath.delete(top.name);
        done.add(top.name);
      }
    }
  }
}

function spreadsOf(set: SelectionSetNode, found: string[] = []): string[] {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) found.push(selection.name.value);
    else if (selection.selectionSet) spreadsOf(selection.selectionSet, found);
  }
  return found;
}

import { createHash } from "node:crypto";
import { type ASTNode, type DocumentNode, type FragmentDefinitionNode, getVariableValues, type GraphQLError, type GraphQLSchema, isNonNullType, Kind, type OperationDefinitionNode, print, visit } from "graphql";
import { LRUCache } from "lru-cache";
import { forbidden, unauthenticated } from "#kit/errors.ts";
import { decide, type Rule } from "#kit/rule.ts";
import type { Viewer } from "#kit/viewer.ts";
import type { PreparedDocument, PreparedOperation } from "../documents.ts";
import type { Federation, FederationResult } from "../federation.ts";
import { GraphQLErrorAt } from "./errorAt.ts";
import type { RootRules } from "./rootRules.ts";

interface GuardedField {
  /** Its key in the answer. */
  readonly key: string;
  readonly rule: Rule;
  readonly isRequired: boolean;
}

interface Guarded {
  /** Root fields of which the viewer alone decides, in the operation's order. */
  readonly fields: readonly GuardedField[];
  /** All keys of the answer in their order; undefined where fragments or directives decide about them. */
  readonly keys: readonly string[] | undefined;
  /** What is left without some of them, by those. */
  readonly rests: LRUCache<string, { prepared: PreparedDocument; operation: PreparedOperation }>;
}

/**
 * Runs operations with the rules of root fields in mind: what the viewer cannot have is answered as its subgraph would, without a
 * plan and without a fetch, and the rest is run as if it had never been asked for. Subgraphs go on judging by themselves; this only
 * spares them the asking. An operation without guarded root fields costs one look into a table.
 */
export function withPrecheck(federation: Federation, rules: RootRules): Federation {
  const known = new WeakMap<PreparedOperation, Guarded | "open">();
  return {
    ...federation,
    async run(params, prepared, operation, context) {
      let guarded = known.get(operation);
      if (guarded === undefined) {
        guarded = guardedOf(federation.schema, operation, rules);
        known.set(operation, guarded);
      }
      if (guarded === "open") return federation.run(params, prepared, operation, context);
      const refused = guarded.fields.filter(({ rule }) => decide(rule, context.viewer) === false);
      if (refused.length === 0) return federation.run(params, prepared, operation, context);
      const isAll = guarded.keys?.length === refused.length;
      // A change that is refused does not undo the changes before it, so only a mutation that is refused whole is answered here.
      if (!isAll && (context.mutation || guarded.keys === undefined)) return federation.run(params, prepared, operation, context);
      // What is wrong with the variables is wrong for everybody, and is told first.
      if (getVariableValues(federation.schema, operation.node.variableDefinitions ?? [], params.variables).errors) return federation.run(params, prepared, operation, context);
      const required = refused.findIndex((field) => field.isRequired);
      if (required >= 0) return { data: null, errors: refusals(context.mutation ? refused.slice(0, required + 1) : refused.slice(required, required + 1), context.viewer) };
      if (isAll) return { data: Object.fromEntries(refused.map(({ key }) => [key, null])), errors: refusals(refused, context.viewer) };
      const { keys = [], rests } = guarded;
      const name = refused.map(({ key }) => key).join();
      const rest = rests.get(name) ?? restOf(prepared, operation, new Set(refused.map(({ key }) => key)));
      rests.set(name, rest);
      const result = await federation.run(params, rest.prepared, rest.operation, context);
      return joined(result, keys, refusals(refused, context.viewer));
    },
  };
}

function guardedOf(schema: GraphQLSchema, { node }: PreparedOperation, rules: RootRules): Guarded | "open" {
  const root = schema.getRootType(node.operation);
  const { selections } = node.selectionSet;
  const keys = selections.map((selection) => (selection.kind === Kind.FIELD ? (selection.alias ?? selection.name).value : ""));
  const fields = selections.flatMap((selection, place): GuardedField[] => {
    if (selection.kind !== Kind.FIELD || !root || selection.directives?.length) return [];
    const [rule, key] = [rules.get(`${root.name}.${selection.name.value}`), keys[place] ?? ""];
    // One key twice is one field with both selections: it is left as it is.
    if (rule === undefined || keys.indexOf(key) !== keys.lastIndexOf(key)) return [];
    return [{ key, rule, isRequired: isNonNullType(root.getFields()[selection.name.value]?.type) }];
  });
  if (fields.length === 0) return "open";
  const isPlain = new Set(keys).size === keys.length && selections.every((selection) => selection.kind === Kind.FIELD && !selection.directives?.length);
  return { fields, keys: isPlain ? keys : undefined, rests: new LRUCache({ max: 20 }) };
}

function refusals(fields: readonly GuardedField[], { userId }: Viewer): GraphQLError[] {
  return fields.map(({ key }) => new GraphQLErrorAt(userId === null ? unauthenticated() : forbidden(), [key]));
}

/** The operation without some of its root fields, and without the fragments and variables that only they used. */
function restOf(prepared: PreparedDocument, operation: PreparedOperation, without: ReadonlySet<string>): { prepared: PreparedDocument; operation: PreparedOperation } {
  const fragments = new Map(prepared.document.definitions.flatMap((definition) => (definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [])));
  // What is planned has variables in the place of the client's literals; what the client wrote says which variables must fit.
  const planned = prepared.document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION && definition.name?.value === operation.name) as OperationDefinitionNode;
  const [rest, node] = [prune(planned, fragments, without), prune(operation.node, fragments, without).node];
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [rest.node, ...rest.fragments] };
  const left: PreparedOperation = { ...operation, node };
  return { operation: left, prepared: { ...prepared, document, hash: createHash("sha256").update(print(document)).digest("hex"), operations: [left] } };
}

function prune(node: OperationDefinitionNode, known: ReadonlyMap<string, FragmentDefinitionNode>, without: ReadonlySet<string>): { node: OperationDefinitionNode; fragments: FragmentDefinitionNode[] } {
  const selections = node.selectionSet.selections.filter((selection) => selection.kind !== Kind.FIELD || !without.has((selection.alias ?? selection.name).value));
  const selectionSet = { ...node.selectionSet, selections };
  const fragments = new Map<string, FragmentDefinitionNode>();
  const variables = new Set<string>();
  const look = (part: ASTNode): void => void visit(part, {
    Variable: ({ name }) => void variables.add(name.value),
    FragmentSpread({ name }) {
      const fragment = known.get(name.value);
      if (!fragment || fragments.has(name.value)) return;
      fragments.set(name.value, fragment);
      look(fragment);
    },
  });
  look(selectionSet);
  return { node: { ...node, selectionSet, variableDefinitions: (node.variableDefinitions ?? []).filter((definition) => variables.has(definition.variable.name.value)) }, fragments: [...fragments.values()] };
}

function joined({ data, errors }: FederationResult, keys: readonly string[], refused: readonly GraphQLError[]): FederationResult {
  const all = [...(errors ?? []), ...refused];
  return { errors: all, data: data ? Object.fromEntries(keys.map((key) => [key, Object.hasOwn(data, key) ? data[key] : null])) : data };
}

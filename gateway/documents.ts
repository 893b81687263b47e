import { createHash } from "node:crypto";
import { GraphQLError, Kind, parse, print, validate } from "graphql";
import type { DocumentNode, FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode } from "graphql";
import { getIntrospectionQuery } from "graphql";
import { LRUCache } from "lru-cache";
import { bracketDepth } from "./limits/brackets.ts";
import { compileCost } from "./limits/cost.ts";
import type { CostEstimate } from "./limits/cost.ts";
import { checkGuesses, guessableFields } from "./limits/guesses.ts";
import type { Limits } from "./limits/limits.ts";
import { checkStructure } from "./limits/structure.ts";
import { hoistLiterals } from "./normalise.ts";
import { Refusal } from "./refusal.ts";

/** A document that was parsed, bounded and validated: ready to plan. */
export interface PreparedDocument {
  readonly document: DocumentNode;
  /** SHA-256 of the text without white space, comments and literals: documents that differ in those share one plan. */
  readonly hash: string;
  /** Values of the variables that stand in `document` for the client's literals; they join the client's own. */
  readonly literals: Readonly<Record<string, unknown>>;
  readonly operations: readonly PreparedOperation[];
}

export interface PreparedOperation {
  readonly name: string | undefined;
  readonly node: OperationDefinitionNode;
  readonly cost: CostEstimate;
  /** True when only the schema is asked for: charged against its own bound. */
  readonly introspection: boolean;
}

export interface DocumentStore {
  /** The prepared document of a source text. Throws {@link Refusal} or an array of GraphQLError wrapped in {@link InvalidDocument}. */
  prepare(source: string): PreparedDocument;
  /** What was prepared of the text with this SHA-256 (hex): for a server that looks documents up by it. */
  parsed(sourceHash: string): DocumentNode | undefined;
  /** Throws {@link Refusal} when the operation's estimated answer is above the limit. */
  checkCost(operation: PreparedOperation, variables: Readonly<Record<string, unknown>>): void;
}

/** A document that does not parse or does not fit the schema; its errors may be shown. */
export class InvalidDocument extends Error {
  override readonly name = "InvalidDocument";
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[], code: "GRAPHQL_PARSE_FAILED" | "GRAPHQL_VALIDATION_FAILED") {
    super(code);
    this.errors = errors.map((error) => new GraphQLError(error.message, { nodes: error.nodes, source: error.source, positions: error.positions, extensions: { code } }));
  }
}

const MAX_ERRORS = 10;
/** A request for the schema may cost what asking for all of it costs, and a little more for tools that ask in their own way. */
const INTROSPECTION_FACTOR = 1.25;

/**
 * Parses, bounds and validates documents, each text once. Refusals are remembered too, so that repeating a hostile document
 * costs a lookup.
 */
export function documentStore(schema: GraphQLSchema, limits: Limits): DocumentStore {
  const bySourceHash = new Map<string, DocumentNode>();
  const cache = new LRUCache<string, PreparedDocument | Refusal | InvalidDocument>({
    max: 2_000, maxSize: 20_000_000, sizeCalculation: (_value, source) => source.length + 200,
    dispose: (value, source) => { if (!(value instanceof Error)) bySourceHash.delete(sha256(source)); },
  });
  const guessable = guessableFields(schema);
  const introspectionLimit = INTROSPECTION_FACTOR * introspectionCost(schema);

  return {
    prepare(source) {
      let known = cache.get(source);
      if (known === undefined) {
        known = attempt(() => prepare(schema, source, limits, guessable));
        if (!(known instanceof Error)) bySourceHash.set(sha256(source), known.document);
        cache.set(source, known);
      }
      if (known instanceof Error) throw known;
      return known;
    },
    parsed: (sourceHash) => bySourceHash.get(sourceHash),
    checkCost(operation, variables) {
      const cost = operation.cost(variables);
      const limit = operation.introspection ? introspectionLimit : limits.cost;
      if (cost <= limit) return;
      throw new Refusal(400, "LIMIT_EXCEEDED", `The answer would hold about ${Math.ceil(cost)} fields, at most ${Math.ceil(limit)} allowed (limit "cost"): ask for fewer fields or shorter lists.`);
    },
  };
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

function attempt(run: () => PreparedDocument): PreparedDocument | Refusal | InvalidDocument {
  try {
    return run();
  } catch (error) {
    if (error instanceof Refusal || error instanceof InvalidDocument) return error;
    throw error;
  }
}

function prepare(schema: GraphQLSchema, source: string, limits: Limits, guessable: ReadonlySet<string>): PreparedDocument {
  const brackets = bracketDepth(source);
  if (brackets > limits.brackets) throw new Refusal(400, "LIMIT_EXCEEDED", `The document nests ${brackets} brackets, at most ${limits.brackets} allowed (limit "brackets").`);
  const document = parseBounded(source, limits);
  checkStructure(document, limits);
  const errors = validate(schema, document, undefined, { maxErrors: MAX_ERRORS });
  if (errors.length > 0) throw new InvalidDocument(errors, "GRAPHQL_VALIDATION_FAILED");
  checkGuesses(document, schema, guessable, limits);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const normalised = hoistLiterals(schema, document);
  return {
    ...normalised,
    hash: sha256(print(normalised.document)),
    operations: operations.map((node) => ({
      name: node.name?.value,
      node,
      cost: compileCost(schema, node, fragments),
      introspection: node.selectionSet.selections.every((selection) => selection.kind === Kind.FIELD && selection.name.value.startsWith("__")),
    })),
  };
}

function parseBounded(source: string, limits: Limits): DocumentNode {
  try {
    return parse(source, { maxTokens: limits.tokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (error.message.includes("tokens")) throw new Refusal(400, "LIMIT_EXCEEDED", `The document holds more than ${limits.tokens} tokens (limit "tokens").`);
    throw new InvalidDocument([error], "GRAPHQL_PARSE_FAILED");
  }
}

function introspectionCost(schema: GraphQLSchema): number {
  const document = parse(getIntrospectionQuery({ descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true, oneOf: true }));
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  return operation ? compileCost(schema, operation, fragments)({}) : 0;
}

/** The operation a request means. Throws {@link Refusal} when its name is missing or unknown. */
export function chooseOperation(prepared: PreparedDocument, name: string | undefined): PreparedOperation {
  if (name !== undefined) {
    const named = prepared.operations.find((operation) => operation.name === name);
    if (named) return named;
    throw new Refusal(400, "BAD_REQUEST", `The document holds no operation named "${name}".`);
  }
  const [first, second] = prepared.operations;
  if (second) throw new Refusal(400, "BAD_REQUEST", 'The document holds several operations: name the one to run in "operationName".');
  if (!first) throw new Refusal(400, "BAD_REQUEST", "The document holds no operation.");
  return first;
}

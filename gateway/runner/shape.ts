import {
  getNullableType, GraphQLError, isAbstractType, isEnumType, isListType, isNonNullType, isObjectType, Kind, specifiedScalarTypes,
} from "graphql";
import type { FieldNode, FragmentDefinitionNode, GraphQLObjectType, GraphQLOutputType, GraphQLSchema, OperationDefinitionNode, SelectionSetNode } from "graphql";

/** What the fetches gave, as the client asked for it, and what of it breaks the schema. */
export interface Shaped {
  data: Record<string, unknown> | null;
  errors: GraphQLError[];
}
export type Shaper = (fetched: Record<string, unknown>) => Shaped;

interface Shaping { errors: GraphQLError[]; path: (string | number)[] }
/** The value as it is shown. {@link BUBBLE} where the schema forbids the null it would be. */
type Complete = (value: unknown, shaping: Shaping) => unknown;
interface FieldShape { key: string; complete: Complete }
type Fetched = Record<string, unknown>;

const BUBBLE = Symbol("null where the schema forbids it");

/**
 * The shape of an operation's answer, worked out once: which fields in which order for which type. Of what the fetches brought, keys and
 * `__typename`s that only the plan needed stay behind, and a null where the schema forbids one becomes the nearest null it allows.
 * Undefined for operations it does not know to shape: with directives on selections, or asking for the schema itself.
 */
export function compileShape(schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): Shaper | undefined {
  if (!isPlain(operation.selectionSet, fragments)) return undefined;
  const root = schema.getRootType(operation.operation);
  if (!root) return undefined;
  const shapeRoot = new ShapeCompiler(schema, fragments).objectOf(root, [operation.selectionSet]);
  return (fetched) => {
    const shaping: Shaping = { errors: [], path: [] };
    return { data: shapeRoot(fetched, shaping) as Record<string, unknown> | null, errors: shaping.errors };
  };
}

/** No directives, nothing of the schema, no name that an object has of itself. */
function isPlain(set: SelectionSetNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>, seen = new Set<string>()): boolean {
  return set.selections.every((selection) => {
    if (selection.directives && selection.directives.length > 0) return false;
    if (selection.kind === Kind.FIELD) {
      const key = (selection.alias ?? selection.name).value;
      const isOfSchema = selection.name.value === "__schema" || selection.name.value === "__type";
      return !isOfSchema && !(key in Object.prototype) && (!selection.selectionSet || isPlain(selection.selectionSet, fragments, seen));
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) return isPlain(selection.selectionSet, fragments, seen);
    if (seen.has(selection.name.value)) return true;
    seen.add(selection.name.value);
    const fragment = fragments.get(selection.name.value);
    return fragment !== undefined && isPlain(fragment.selectionSet, fragments, seen);
  });
}

class ShapeCompiler {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;

  constructor(schema: GraphQLSchema, fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#schema = schema;
    this.#fragments = fragments;
  }

  /** Of one object type. Fields whose null may not be shown make the whole object null. */
  objectOf(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Complete {
    const fields = this.#fieldsOf(type, sets);
    return (value, shaping) => {
      const input = value as Fetched;
      const output: Fetched = {};
      const { path } = shaping;
      for (const { key, complete } of fields) {
        path.push(key);
        const shown = complete(input[key], shaping);
        path.pop();
        if (shown === BUBBLE) return null;
        output[key] = shown;
      }
      return output;
    };
  }

  #fieldsOf(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): FieldShape[] {
    const collected = new Map<string, FieldNode[]>();
    for (const set of sets) this.#collect(type, set, collected);
    return [...collected].map(([key, nodes]) => {
      const [first] = nodes as [FieldNode];
      if (first.name.value === "__typename") return { key, complete: () => type.name };
      const field = type.getFields()[first.name.value];
      if (!field) throw new Error(`${type.name} has no field "${first.name.value}"`);
      return { key, complete: this.#complete(field.type, nodes, `field ${type.name}.${first.name.value}`) };
    });
  }

  #collect(type: GraphQLObjectType, set: SelectionSetNode, into: Map<string, FieldNode[]>): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const nodes = into.get(key);
        if (nodes) nodes.push(selection);
        else into.set(key, [selection]);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
      if (fragment && this.#applies(fragment.typeCondition?.name.value, type)) this.#collect(type, fragment.selectionSet, into);
    }
  }

  #applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const wanted = this.#schema.getType(condition);
    return isAbstractType(wanted) && this.#schema.isSubType(wanted, type);
  }

  #complete(type: GraphQLOutputType, nodes: readonly FieldNode[], what: string): Complete {
    if (isNonNullType(type)) {
      const inner = this.#nullable(type.ofType, nodes, what);
      return (value, shaping) => {
        const before = shaping.errors.length;
        const shown = inner(value, shaping);
        if (shown !== null) return shown;
        // Said once, where it began.
        if (shaping.errors.length === before) shaping.errors.push(new GraphQLError(`Cannot return null for non-nullable ${what}.`, { path: [...shaping.path] }));
        return BUBBLE;
      };
    }
    return this.#nullable(type, nodes, what);
  }

  #nullable(type: GraphQLOutputType, nodes: readonly FieldNode[], what: string): Complete {
    if (isListType(type)) {
      const element = this.#complete(type.ofType, nodes, `element of ${what}`);
      return (value, shaping) => {
        if (value === null || value === undefined) return null;
        const input = value as unknown[];
        const output: unknown[] = [];
        let isBroken = false;
        for (let n = 0; n < input.length; n += 1) {
          shaping.path.push(n);
          const shown = element(input[n], shaping);
          shaping.path.pop();
          if (shown === BUBBLE) isBroken = true;
          output.push(shown);
        }
        return isBroken ? null : output;
      };
    }
    const sets = nodes.flatMap((node) => node.selectionSet ?? []);
    if (isObjectType(type)) {
      const shape = this.objectOf(type, sets);
      return (value, shaping) => (value === null || value === undefined ? null : shape(value, shaping));
    }
    if (isAbstractType(type)) return this.#abstract(sets, what);
    return leaf(type, what);
  }

  /** Worked out for each type as it comes. */
  #abstract(sets: readonly SelectionSetNode[], what: string): Complete {
    const shapes = new Map<string, Complete>();
    return (value, shaping) => {
      if (value === null || value === undefined) return null;
      const name = (value as Fetched)["__typename"] as string;
      let shape = shapes.get(name);
      if (!shape) {
        const type = this.#schema.getType(name);
        if (!isObjectType(type)) {
          shaping.errors.push(new GraphQLError(`Invalid __typename found for object at ${what}.`, { path: [...shaping.path] }));
          return null;
        }
        shapes.set(name, (shape = this.objectOf(type, sets)));
      }
      return shape(value, shaping);
    };
  }
}

const SPECIFIED: Readonly<Record<string, (value: unknown) => boolean>> = {
  Int: (value) => Number.isInteger(value),
  Float: (value) => Number.isFinite(value),
  String: (value) => typeof value === "string",
  ID: (value) => typeof value === "string" || Number.isInteger(value),
  Boolean: (value) => typeof value === "boolean",
};

function leaf(type: GraphQLOutputType, what: string): Complete {
  const bare = getNullableType(type);
  const isSpecified = specifiedScalarTypes.some(({ name }) => name === (bare as { name?: string }).name);
  const isValid = isEnumType(bare)
    ? ((names: ReadonlySet<unknown>) => (value: unknown) => names.has(value))(new Set(bare.getValues().map(({ name }) => name)))
    : isSpecified ? (SPECIFIED[(bare as { name: string }).name] as (value: unknown) => boolean) : () => true;
  return (value, shaping) => {
    if (value === null || value === undefined) return null;
    if (isValid(value)) return value;
    shaping.errors.push(new GraphQLError(`Invalid value found for ${what}.`, { path: [...shaping.path] }));
    return null;
  };
}

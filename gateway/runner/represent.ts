import { isObjectType } from "graphql";
import type { GraphQLSchema } from "graphql";
import type { FetchNode } from "@apollo/query-planner";

type Selections = NonNullable<FetchNode["requires"]>;
type Fetched = Record<string, unknown>;

/** Whether every type that the selections name is an object type: then a `__typename` decides by itself. */
export function isSimple(schema: GraphQLSchema, selections: Selections): boolean {
  return selections.every((selection) =>
    selection.kind === "Field"
      ? !((selection.alias ?? selection.name) in Object.prototype) && (!selection.selections || isSimple(schema, selection.selections))
      : (selection.typeCondition === undefined || isObjectType(schema.getType(selection.typeCondition))) && isSimple(schema, selection.selections));
}

/**
 * Of an entity what a fetch asks by: its type and keys. Null where one of them is missing, so that nothing can be asked; of a type that
 * the fetch does not speak of, nothing.
 */
export function represent(source: unknown, selections: Selections): Fetched | null {
  if (source === null || typeof source !== "object") return null;
  const from = source as Fetched;
  const result: Fetched = {};
  for (const selection of selections) {
    if (selection.kind === "Field") {
      const key = selection.alias ?? selection.name;
      const value = from[key];
      if (value === undefined) return null;
      const below = selection.selections;
      if (!below) result[key] = value;
      else result[key] = Array.isArray(value) ? value.map((one) => represent(one, below)) : represent(value, below);
    } else if (selection.typeCondition === undefined || from["__typename"] === selection.typeCondition) {
      const inner = represent(from, selection.selections);
      if (inner) merge(result, inner);
    }
  }
  return result;
}

/** Puts what was fetched later into what is there: objects and lists of one length place by place, all else as it came. */
export function merge(target: Fetched, source: Fetched): void {
  for (const key of Object.keys(source)) {
    const value = source[key];
    if (value === undefined) continue;
    const there = target[key];
    if (there === undefined || there === null || typeof there !== "object" || typeof value !== "object" || value === null) target[key] = value;
    else if (Array.isArray(value)) {
      if (Array.isArray(there) && there.length === value.length) mergeLists(there, value);
      else target[key] = value;
    } else merge(there as Fetched, value as Fetched);
  }
}

function mergeLists(target: unknown[], source: readonly unknown[]): void {
  for (let n = 0; n < source.length; n += 1) {
    const [there, value] = [target[n], source[n]];
    if (isObject(there) && isObject(value)) merge(there, value);
    else target[n] = value;
  }
}

const isObject = (value: unknown): value is Fetched => typeof value === "object" && value !== null && !Array.isArray(value);

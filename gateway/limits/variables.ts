import { Refusal } from "../refusal.ts";
import type { Limits } from "./limits.ts";

const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Refuses variables that nest or number beyond the limits, or whose keys could reach an object's prototype. Recursion is safe:
 * it ends at `variableDepth`. Throws {@link Refusal}.
 */
export function checkVariables(variables: Readonly<Record<string, unknown>>, limits: Limits): void {
  let nodes = 0;
  const visit = (value: unknown, depth: number): void => {
    nodes += 1;
    if (nodes > limits.variableNodes) throw new Refusal(400, "LIMIT_EXCEEDED", `The variables hold more than ${limits.variableNodes} values (limit "variableNodes").`);
    if (typeof value !== "object" || value === null) return;
    if (depth > limits.variableDepth) throw new Refusal(400, "LIMIT_EXCEEDED", `The variables nest deeper than ${limits.variableDepth} levels (limit "variableDepth").`);
    if (Array.isArray(value)) {
      for (const item of value) visit(item, depth + 1);
      return;
    }
    for (const key of Object.keys(value)) {
      if (FORBIDDEN_KEYS.has(key)) throw new Refusal(400, "BAD_USER_INPUT", `"${key}" is not allowed as a key of the variables.`);
      visit((value as Record<string, unknown>)[key], depth + 1);
    }
  };
  visit(variables, 0);
}

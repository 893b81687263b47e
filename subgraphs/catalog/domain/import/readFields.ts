import { type Cells, evaluate } from "#schema/mapping/evaluate.ts";
import { isEmpty, RowProblem, type Value } from "#schema/mapping/values.ts";
import type { Step } from "./mapping.ts";

export type Fields = ReadonlyMap<string, Value>;

/** The fields of a row whose names are wanted; what is empty is not there. @throws RowProblem that names the field */
export function readFields(step: Step, cells: Cells, isWanted: (field: string) => boolean): Map<string, Value> {
  const fields = new Map<string, Value>();
  for (const [name, expression] of step.fields) {
    if (!isWanted(name)) continue;
    try {
      const value = evaluate(expression, cells);
      if (!isEmpty(value)) fields.set(name, value);
    } catch (error) {
      if (error instanceof RowProblem) throw new RowProblem(error.field ?? name, error.message);
      throw error;
    }
  }
  return fields;
}

import type { Manifest } from "../manifest.ts";
import { EXCEPTIONS } from "./exceptions.ts";
import { GRAPH_RULES } from "./graphRules.ts";
import { HOUSE_RULES } from "./houseRules.ts";
import { projectGraph, type ProjectRule } from "./projectRule.ts";

/** The rules of dbt_project_evaluator as far as this project can break them, and ours; over dbt's manifest alone, in milliseconds. */
export const PROJECT_RULES: readonly ProjectRule[] = [...GRAPH_RULES, ...HOUSE_RULES];

export interface Violation {
  rule: string;
  says: string;
  offender: string;
}

/** What breaks which rule, without what is allowed to; and exceptions that nobody needs any more, as violations of their own. */
export function projectViolations(manifest: Manifest, rules: readonly ProjectRule[] = PROJECT_RULES, exceptions: typeof EXCEPTIONS = EXCEPTIONS): Violation[] {
  const graph = projectGraph(manifest);
  return rules.flatMap(({ name, says, offenders }) => {
    const allowed = exceptions[name] ?? {};
    const found = offenders(graph);
    return [
      ...found.filter((offender) => !Object.hasOwn(allowed, offender)).map((offender) => ({ rule: name, says, offender })),
      ...Object.keys(allowed).filter((offender) => !found.includes(offender)).map((offender) => ({ rule: name, says: "An exception that nobody needs is taken out.", offender })),
    ];
  });
}

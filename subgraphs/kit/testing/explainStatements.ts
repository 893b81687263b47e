import type { Database } from "#platform/db/database.ts";
import type { AnyStatement } from "#platform/db/query.ts";

interface Plan {
  "Node Type": string;
  "Relation Name"?: string;
  Plans?: Plan[];
}

/**
 * What is wrong with a statement against the migrated schema: PostgreSQL refuses it (a column, a type, a right is missing), its
 * row has other columns than it says, or it scans a table although its budget says index. Undefined when all is well. `db` is
 * logged in as the role that runs it. Sequential scans are made dear, so that an empty table does not hide a missing index.
 */
export async function faultOf(db: Database, statement: AnyStatement): Promise<string | undefined> {
  const name = "statement_to_check";
  return db.session(async (session) => {
    try {
      await session.raw("set enable_seqscan = off");
      await session.raw("set plan_cache_mode = force_generic_plan");
      await session.raw(`prepare ${name} as ${statement.text}`);
      const { rows } = await session.raw<{ params: string[]; results: string[] | null }>(
        "select parameter_types::text[] as params, result_types::text[] as results from pg_prepared_statements where name = $1", [name],
      );
      const found = rows[0];
      if (!found) return "was not prepared";
      if (found.params.length !== statement.params.length) return `takes ${found.params.length} parameters, its list has ${statement.params.length}`;
      const columns = Object.keys(statement.row).length;
      if ((found.results?.length ?? 0) !== columns) return `answers ${found.results?.length ?? 0} columns, its row has ${columns}`;
      if (statement.budget.access !== "index") return undefined;
      const values = found.params.map(() => "null").join(", ");
      const { rows: plans } = await session.raw<{ "QUERY PLAN": [{ Plan: Plan }] }>(`explain (format json) execute ${name}${values ? `(${values})` : ""}`);
      const scanned = plans[0] ? scansOf(plans[0]["QUERY PLAN"][0].Plan) : [];
      return scanned.length > 0 ? `scans ${scanned.join(", ")} from end to end` : undefined;
    } catch (error) {
      return (error as Error).message;
    } finally {
      await session.raw("reset all");
      await session.raw("deallocate all").catch(() => {});
    }
  });
}

function scansOf(plan: Plan): string[] {
  const own = plan["Node Type"] === "Seq Scan" && plan["Relation Name"] ? [plan["Relation Name"]] : [];
  return [...own, ...(plan.Plans ?? []).flatMap(scansOf)];
}

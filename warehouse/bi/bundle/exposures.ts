import { stringify } from "yaml";
import { DASHBOARDS } from "../dashboards/dashboards.ts";
import { dashboardSlug } from "./dashboardYaml.ts";

/** dbt's list of our dashboards and the marts that each reads. */
export function exposuresYaml(reads: ReadonlyMap<string, readonly string[]>): string {
  const exposures = DASHBOARDS.filter(({ name }) => reads.has(name)).map(({ name, title, description, owner }) => ({
    name: `dashboard_${name}`,
    label: title,
    type: "dashboard",
    maturity: "high",
    description: `${description} In Superset: /superset/dashboard/${dashboardSlug(name)}/.`,
    owner: { name: owner },
    depends_on: (reads.get(name) ?? []).map((mart) => `ref('${mart}')`),
  }));
  return `# Generated from warehouse/bi/dashboards; "npm run gen" writes it.\n${stringify({ exposures }, { lineWidth: 0 })}`;
}

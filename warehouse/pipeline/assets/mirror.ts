import type { BuildAsset } from "../asset.ts";

/** Behind the checks: nothing is copied of a build that is refused. Before the models, which learn and score from the copy. */
export const mirrorAsset: BuildAsset = {
  name: "mirror",
  what: "copies what is read by key into PostgreSQL",
  stage: "build",
  after: ["cut", "dbt"],
  async run({ deps, cut, signal, tell }) {
    if (!deps.engine) return { skipped: true, message: "the marts are in PostgreSQL already" };
    const { tables, rows } = await deps.engine.mirror({ slot: cut.slot, buildId: cut.buildId, signal, tell });
    return { rows, output: { tables }, message: `${tables} tables` };
  },
};

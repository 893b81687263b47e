import { once } from "node:events";
import { openSmallWarehouse } from "./smallWarehouse.ts";
import { createPipeline } from "../pipeline.ts";
import type { TestDatabase } from "#platform/testing/testDatabase.ts";

/** A process that runs the pipeline and stands still inside of the asset it is told; whoever started it kills it there. */
const [configs, asset, codeHash] = process.argv.slice(2) as [string, string, string];
const { admin, builder } = JSON.parse(configs) as { admin: TestDatabase["config"]; builder: TestDatabase["config"] };
const small = await openSmallWarehouse({ name: admin.database, config: admin, as: () => builder }, { fresh: false });
small.champions = true;
small.codeHash = codeHash;

async function standStill(): Promise<never> {
  process.stdout.write("reached\n");
  await once(process, "never", { signal: AbortSignal.timeout(60_000) });
  throw new Error("nobody killed this process");
}

if (asset === "dbt") {
  const build = small.deps.dbt.build;
  small.deps.dbt.build = async (request) => {
    await build(request);
    return standStill();
  };
} else if (asset === "publish") {
  // Everything is checked; the pointer has not moved.
  small.tools.check = async (request) => (request.areas.includes("predictions") ? standStill() : { version: 1, success: true, seconds: 0, suites: [] });
} else {
  small.tools.score = () => standStill();
}
await createPipeline(small.deps).run({ trigger: "schedule" });

import { join } from "node:path";
import { SetupError } from "#platform/postgres/setupError.ts";
import { DASHBOARDS } from "#warehouse/bi/dashboards/dashboards.ts";
import { readBundle } from "#warehouse/bi/bundle/bundleFiles.ts";
import { dashboardSlug } from "#warehouse/bi/bundle/dashboardYaml.ts";
import { installSuperset, SUPERSET_VERSION } from "#warehouse/bi/superset/installSuperset.ts";
import { startSuperset } from "#warehouse/bi/superset/startSuperset.ts";
import { loginToSuperset } from "#warehouse/bi/superset/supersetClient.ts";
import { assertPortFree } from "../cli/ports.ts";
import type { Progress } from "../cli/progress.ts";
import type { Installation } from "../install/installation.ts";
import { bringIn, engineAt } from "./biTarget.ts";

export interface ServeSuperset {
  installation: Installation;
  port: number;
  progress: Progress;
  tell(answer: object, lines: readonly string[]): void;
}

/**
 * A Superset of our own on loopback over this installation's marts, until it is stopped: to try the dashboards where nobody
 * has one. Its database and secrets lie in the data directory.
 * @throws SetupError when it cannot be installed, ToolError when it does not come up
 */
export async function serveSuperset({ installation, port, progress, tell }: ServeSuperset): Promise<number> {
  const { lifecycle } = installation;
  await assertPortFree(port, "127.0.0.1");
  const installed = await progress.step(`Superset ${SUPERSET_VERSION}`, async () => {
    const found = await installSuperset();
    if ("missing" in found) throw new SetupError(`${found.missing}.`);
    return { value: found };
  });
  const bi = installation.databases.as("bi_reader");
  const superset = await progress.step("Start Superset", async () => {
    const running = await startSuperset({ installed, home: join(installation.dir.root, "superset"), port, biPassword: bi.password, signal: lifecycle.signal });
    lifecycle.onClose("Superset", () => running.close());
    return { value: running, note: running.url };
  });
  const login = { url: superset.url, user: superset.admin.name, password: superset.admin.password };
  const result = await progress.step("Import the dashboards", async () => {
    const { imported, access } = await bringIn(await loginToSuperset(login), { engine: engineAt(bi) }, []);
    return { value: { imported, access }, note: `${imported.dashboards} dashboards, ${imported.charts} charts` };
  });
  const made = readBundle();
  const dashboards = DASHBOARDS.filter(({ name }) => made.has(`dashboards/${name}.yaml`)).map(({ name, title }) => ({ title, url: `${superset.url}/superset/dashboard/${dashboardSlug(name)}/` }));
  const width = Math.max(...dashboards.map(({ title }) => title.length));
  tell({ ready: true, url: superset.url, user: login.user, password: login.password, dashboards, roles: result.access.roles }, [
    "",
    `  Superset: ${superset.url}   user ${login.user}, password ${login.password}`,
    "",
    ...dashboards.map(({ title, url }) => `    ${title.padEnd(width)}  ${url}`),
    "",
    "  Ctrl-C stops it; what is changed there is kept, and set back by the next start.",
    "",
  ]);
  const stopped = new Promise<undefined>((resolve) => lifecycle.signal.addEventListener("abort", () => resolve(undefined), { once: true }));
  const gone = await Promise.race([superset.gone, stopped, installation.serverLost.then(() => undefined)]);
  if (gone && !lifecycle.signal.aborted) throw new SetupError(`Superset went away: ${gone.stderr.trim().split("\n").at(-1) ?? ""} (see ${join(installation.dir.root, "superset", "superset.log")})`);
  return 0;
}

import { writeFileSync } from "node:fs";
import { createLog } from "#platform/log.ts";
import { SetupError } from "#platform/postgres/setupError.ts";
import { readBundle } from "#warehouse/bi/bundle/bundleFiles.ts";
import { bundleFor } from "#warehouse/bi/superset/importBundle.ts";
import { checkBundle } from "#warehouse/bi/superset/checkBundle.ts";
import { giveRoles, ROLE_NAMES, vendorRoleName } from "#warehouse/bi/superset/provisionAccess.ts";
import { writeZip } from "#warehouse/bi/zip.ts";
import { biTarget, bringIn, loginFrom, ownTarget, vendorIds } from "../bi/biTarget.ts";
import { serveSuperset } from "../bi/serveSuperset.ts";
import { DATA_DIR, integerOption, textOption, type Command, type OptionValues } from "../cli/command.ts";
import { createProgress } from "../cli/progress.ts";
import { openInstallation } from "../install/installation.ts";

export const command: Command = {
  name: "bi",
  usage: "superset|import|check|vendor|bundle",
  summary: "dashboards for Superset: try them in one of our own, import them into yours, tell what was changed there by hand",
  options: {
    ...DATA_DIR,
    port: { type: "string", value: "<port>", help: "superset: loopback port (default 8088)" },
    url: { type: "string", value: "<address>", help: "import, check, vendor: your Superset" },
    user: { type: "string", value: "<name>", help: "import, check, vendor: a user there with the role Admin" },
    "password-file": { type: "string", value: "<file>", help: "import, check, vendor: file with the user's password" },
    "database-file": { type: "string", value: "<file>", help: "import: file with the warehouse's address as Superset reaches it, postgresql://bi_reader:...@host:port/warehouse (default: the running installation)" },
    engine: { type: "string", value: "<postgres|bigquery>", help: "import, check, bundle: where the marts are (default postgres)" },
    project: { type: "string", value: "<project>", help: "engine bigquery: the project" },
    dataset: { type: "string", value: "<dataset>", help: "engine bigquery: the dataset of the published marts (default marts)" },
    vendors: { type: "string", value: "<ids>", help: "import, vendor: vendors by vendor_id of the marts, separated by commas; each gets a role that sees their rows alone" },
    login: { type: "string", value: "<name>", help: "vendor: the user there who is of the vendor" },
    output: { type: "string", value: "<file>", help: "bundle: where the archive is written (default martgraph-superset.zip)" },
  },
  examples: [
    "martgraph bi superset",
    "martgraph bi import --url https://superset.example.com --user admin --password-file secret.txt --database-file warehouse.txt",
    "martgraph bi check --url https://superset.example.com --user admin --password-file secret.txt",
    "martgraph bi vendor --url https://superset.example.com --user admin --password-file secret.txt --vendors 01890000-0000-7000-8000-000000000001 --login vera",
    "martgraph bi bundle --engine bigquery --project my-project --output dashboards.zip",
  ],
  async run(values, positionals) {
    const [verb = "", ...rest] = positionals;
    const work = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
    if (!work || rest.length > 0) throw new SetupError(`martgraph bi takes superset, import, check, vendor or bundle, not "${positionals.join(" ")}".`);
    return work(values, (answer, lines) => void process.stdout.write(values["json"] === true ? `${JSON.stringify(answer)}\n` : lines.map((line) => `${line}\n`).join("")));
  },
};

type Tell = (answer: object, lines: readonly string[]) => void;

const VERBS: Readonly<Record<string, (values: OptionValues, tell: Tell) => Promise<number>>> = {
  async superset(values, tell) {
    const progress = createProgress(values["json"] === true);
    const installation = await openInstallation({ dataDir: textOption(values, "data-dir"), progress, log: createLog("bi"), attach: true });
    const stop = () => void installation.lifecycle.close();
    process.once("SIGINT", stop).once("SIGTERM", stop);
    try {
      return await serveSuperset({ installation, port: integerOption(values, "port", 8088, 1024, 65_535), progress, tell });
    } finally {
      await installation.lifecycle.close();
    }
  },
  async import(values, tell) {
    const client = await loginFrom(values);
    const { imported, access } = await bringIn(client, await biTarget(values), vendorIds(values));
    tell({ url: client.url, ...imported, ...access }, [
      `  ${imported.dashboards} dashboards, ${imported.charts} charts and ${imported.datasets} datasets are in ${client.url}.`,
      ...imported.removed.map(({ kind, name }) => `  Taken out, no longer made: ${kind} "${name}"`),
      `  Roles: ${access.roles.join(", ")}. ${access.vendorDatasets.length} datasets show vendors their own rows alone.`,
    ]);
    return 0;
  },
  async check(values, tell) {
    const client = await loginFrom(values);
    const drift = await checkBundle(client, bundleFor(readBundle(), ownTarget(values)));
    const shown = (value: unknown) => (value === undefined ? "nothing" : JSON.stringify(value).slice(0, 160));
    tell({ drift }, drift.length === 0
      ? ["  Everything is as generated."]
      : drift.map(({ kind, name, at, ours, theirs }) => (at === "missing" ? `  ${kind} "${name}" is not there` : `  ${kind} "${name}", ${at}: generated ${shown(ours)}, there ${shown(theirs)}`)));
    return drift.length === 0 ? 0 : 1;
  },
  async vendor(values, tell) {
    const login = textOption(values, "login");
    const [vendor, ...more] = vendorIds(values);
    if (login === undefined || vendor === undefined || more.length > 0) throw new SetupError("martgraph bi vendor takes --login with a user of your Superset and --vendors with the one vendor they are of.");
    const client = await loginFrom(values);
    const { access } = await bringIn(client, undefined, [vendor], ownTarget(values));
    await giveRoles(client, { name: login }, [ROLE_NAMES.vendor, vendorRoleName(vendor)]);
    tell({ login, vendor, datasets: access.vendorDatasets }, [`  ${login} sees the rows of vendor ${vendor} in ${access.vendorDatasets.join(", ")}, and nothing else.`]);
    return 0;
  },
  async bundle(values, tell) {
    const output = textOption(values, "output") ?? "martgraph-superset.zip";
    const files = bundleFor(readBundle(), ownTarget(values));
    writeFileSync(output, writeZip(new Map([...files].map(([path, text]) => [`martgraph/${path}`, text]))));
    tell({ output, files: files.size }, [`  ${output}: ${files.size} files. Import it with POST /api/v1/assets/import/, or let martgraph bi import do it.`]);
    return 0;
  },
};

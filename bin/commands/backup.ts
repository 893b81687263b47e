import { join, resolve } from "node:path";
import { createLog } from "#platform/log.ts";
import { SetupError } from "#platform/postgres/setupError.ts";
import { readBackup } from "../backup/manifest.ts";
import { sentence } from "../backup/objects/objectList.ts";
import { objectNotes } from "../backup/objects/objectNotes.ts";
import { readPassphrase } from "../backup/sealedSecrets.ts";
import { takeBackup } from "../backup/takeBackup.ts";
import { DATA_DIR, integerOption, textOption, type Command } from "../cli/command.ts";
import { createProgress } from "../cli/progress.ts";
import { PROJECT_DIR } from "../install/dataDir.ts";
import { openInstallation } from "../install/installation.ts";

export const command: Command = {
  name: "backup",
  usage: "[verify <folder>]",
  summary: "copies shop and warehouse while they are used; holds a backup against what was written",
  options: {
    ...DATA_DIR,
    to: { type: "string", value: "<folder>", help: "where backups lie beside each other (default .martgraph/backups)" },
    keep: { type: "string", value: "<number>", help: "how many whole backups stay there, this one among them (default all)" },
    objects: { type: "boolean", help: "also take along the objects (pictures, imports, exports, files of sources) of a bucket; those of a folder always are" },
    "no-objects": { type: "boolean", help: "leave the objects out" },
    "passphrase-file": { type: "string", value: "<file>", help: "seal the installation's keys into the backup; without it they are not in it" },
  },
  examples: ["martgraph backup --to /var/backups/martgraph --keep 14 --passphrase-file /etc/martgraph/passphrase", "martgraph backup verify /var/backups/martgraph/20260301T031500000Z"],
  async run(values, positionals) {
    const json = values["json"] === true;
    const progress = createProgress(json);
    const [verb, folder, ...rest] = positionals;
    if (verb === "verify" && folder !== undefined && rest.length === 0) {
      const manifest = await progress.step("Check the backup", async (tell) => ({ value: await readBackup(resolve(folder), tell) }));
      if (json) process.stdout.write(`${JSON.stringify(manifest)}\n`);
      else {
        progress.note(`  The backup of ${manifest.startedAt} is whole: ${manifest.files.length} files, ${manifest.shop.orders} orders${manifest.objects?.included ? `, ${sentence(manifest.objects)}` : ""}.`);
        for (const line of objectNotes(manifest)) progress.note(`  ${line}`);
      }
      return 0;
    }
    if (positionals.length > 0) throw new SetupError(`martgraph backup takes nothing, or verify and a folder, not "${positionals.join(" ")}".`);
    if (values["objects"] === true && values["no-objects"] === true) throw new SetupError("--objects and --no-objects say opposite things: give one of them.");
    const objects = values["objects"] === true ? true : values["no-objects"] === true ? false : undefined;
    const keep = values["keep"] === undefined ? undefined : integerOption(values, "keep", 1, 1, 10_000);
    const passphraseFile = textOption(values, "passphrase-file");
    const passphrase = passphraseFile === undefined ? undefined : await readPassphrase(passphraseFile);
    const installation = await openInstallation({ dataDir: textOption(values, "data-dir"), progress, log: createLog("backup"), attach: true });
    const stop = () => void installation.lifecycle.close();
    process.once("SIGINT", stop).once("SIGTERM", stop);
    try {
      const taken = await takeBackup({
        installation, root: resolve(textOption(values, "to") ?? join(PROJECT_DIR, ".martgraph", "backups")), progress, signal: installation.lifecycle.signal,
        ...(passphrase === undefined ? {} : { passphrase }), ...(keep === undefined ? {} : { keep }), ...(objects === undefined ? {} : { objects }),
      });
      if (json) process.stdout.write(`${JSON.stringify(taken)}\n`);
      else {
        progress.note(`  Backup: ${taken.folder}${taken.dropped.length > 0 ? `; dropped ${taken.dropped.length} old` : ""}`);
        for (const line of objectNotes(taken.manifest)) progress.note(`  ${line}`);
        if (passphrase === undefined) progress.note(`  The installation's keys are not in it: keep ${installation.dir.secretsFile} apart, or seal them with --passphrase-file.`);
      }
      return 0;
    } finally {
      await installation.lifecycle.close();
    }
  },
};

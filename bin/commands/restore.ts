import { SetupError } from "#platform/postgres/setupError.ts";
import { restoreBackup } from "../backup/restoreBackup.ts";
import { readPassphrase } from "../backup/sealedSecrets.ts";
import { DATA_DIR, textOption, type Command } from "../cli/command.ts";
import { createProgress } from "../cli/progress.ts";

export const command: Command = {
  name: "restore",
  usage: "<folder>",
  summary: "puts a backup into an installation that holds nothing yet",
  options: {
    ...DATA_DIR,
    "passphrase-file": { type: "string", value: "<file>", help: "opens the keys that are sealed in the backup" },
    secrets: { type: "string", value: "<file>", help: "a kept copy of the installation's secrets.json, where the backup holds no keys" },
    "no-objects": { type: "boolean", help: "leave the store of objects as it is" },
    "new-keys": { type: "boolean", help: "go on with new keys: authenticator apps are set up anew, everybody logs in again" },
  },
  examples: ["martgraph restore /var/backups/martgraph/20260301T031500000Z --data-dir /srv/martgraph --passphrase-file /etc/martgraph/passphrase"],
  async run(values, positionals) {
    const [folder, ...rest] = positionals;
    if (folder === undefined || rest.length > 0) throw new SetupError("martgraph restore takes the folder of one backup.");
    const json = values["json"] === true;
    const progress = createProgress(json);
    const passphraseFile = textOption(values, "passphrase-file");
    const secretsFile = textOption(values, "secrets");
    const restored = await restoreBackup({
      folder, dataDir: textOption(values, "data-dir"), newKeys: values["new-keys"] === true, withoutObjects: values["no-objects"] === true, progress,
      ...(passphraseFile === undefined ? {} : { passphrase: await readPassphrase(passphraseFile) }), ...(secretsFile === undefined ? {} : { secretsFile }),
    });
    if (json) process.stdout.write(`${JSON.stringify(restored)}\n`);
    else {
      progress.note(`  Restored: ${restored.orders} orders, ${restored.objects.put} objects. martgraph start goes on from here.`);
      const { missing, missingKeys } = restored.objects;
      if (missing === null) progress.note("  Whether the objects that the shop names are in its store could not be asked: see to it that it can be reached.");
      else if (missing > 0) progress.note(`  ${missing} objects that the shop names are not in its store: ${missingKeys.slice(0, 5).join(", ")}${missing > 5 ? " ..." : ""}. Put them there from a copy of it, under the same names.`);
    }
    return 0;
  },
};

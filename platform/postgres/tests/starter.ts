// A process that starts a server or claims a folder, says how it went in one line, and stays until it is killed.
import { claimDataDir } from "../dataDirLock.ts";
import { startEmbeddedPostgres } from "../embeddedPostgres.ts";
import { UNSAFE_FAST_SETTINGS } from "../settings.ts";

const [mode, dir = ""] = process.argv.slice(2);
try {
  if (mode === "claim") {
    claimDataDir(dir);
    say({ claimed: true });
  } else {
    const { pid, adopted } = await startEmbeddedPostgres({ dataDir: dir, log: () => {}, settings: UNSAFE_FAST_SETTINGS });
    say({ pid, adopted });
  }
} catch (error) {
  say({ error: error instanceof Error ? error.message : String(error), name: error instanceof Error ? error.name : "" });
}
setInterval(() => {}, 60_000);

function say(document: object): void {
  process.stdout.write(`${JSON.stringify(document)}\n`);
}

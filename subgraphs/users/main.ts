import { runSubgraphProcess } from "#kit/process.ts";
import { openCache } from "#platform/cache/open.ts";
import { keepSettings, passwordSettings } from "#platform/config.ts";
import { openObjectStore } from "#platform/objects/open.ts";
import { knownPasswords } from "./ports/knownPasswords.ts";
import { createUsersSubgraph, SWEEP_SECONDS } from "./subgraph.ts";

await runSubgraphProcess("users", async ({ db, clocks, log, settings }) => {
  if (!settings.tokenKey) throw new Error("the users process was started without the key that signs access tokens");
  if (!settings.dataKey) throw new Error("the users process was started without the key for stored secrets");
  return createUsersSubgraph({
    db, clocks: await clocks(), log, cache: await openCache(log), tokenKey: settings.tokenKey, dataKey: settings.dataKey, identity: settings.identity, knownPasswords: knownPasswords(passwordSettings(), log),
    ...(settings.objects ? { objects: await openObjectStore(settings.objects), sweepSeconds: SWEEP_SECONDS } : {}), ...keepSettings(),
  });
});

import { runSubgraphProcess } from "#kit/process.ts";
import { createUsersSubgraph } from "./subgraph.ts";

await runSubgraphProcess("users", async ({ db, clocks, log, settings }) => {
  if (!settings.tokenKey) throw new Error("the users process was started without the key that signs access tokens");
  return createUsersSubgraph({ db, clocks: await clocks(), log, tokenKey: settings.tokenKey });
});

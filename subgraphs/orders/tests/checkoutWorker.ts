import { testClocks } from "#kit/testing/testClocks.ts";
import { graphOf } from "#kit/testing/graphOf.ts";
import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { shopper } from "./shopper.ts";

// A process that buys one unit with each of its carts, several at once, and says on stdout how each ended.
const { config, carts, atOnce } = JSON.parse(process.argv[2] ?? "") as { config: DatabaseConfig; carts: string[]; atOnce: number };
const db = Database.open({ ...config, max: atOnce });
const buyer = shopper(graphOf(await createOrdersSubgraph({ db, clocks: testClocks, log: silentLog, sweepSeconds: 0 })));
await Promise.all(Array.from({ length: atOnce }, async () => {
  for (let cartId = carts.pop(); cartId; cartId = carts.pop()) process.stdout.write(`${(await buyer.checkoutComplete(cartId)).__typename}\n`);
}));
await db.close();

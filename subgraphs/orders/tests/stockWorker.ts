import { uuidV7 } from "#schema/values/ids.ts";
import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import { releaseStock, restock, sellReserved } from "../queries/catalogue.ts";
import { createReserver } from "../queries/reserver.ts";

// A process whose callers hold, sell, let go and put back units, and says on stdout what was done once it is on disk.
const { config, variants, callers, rounds } = JSON.parse(process.argv[2] ?? "") as { config: DatabaseConfig; variants: string[]; callers: number; rounds: number };
const db = Database.open({ ...config, max: 6 });
const reserver = createReserver(db);
const tell = (what: string, units: readonly { variantId: string; quantity: bigint }[]) => {
  process.stdout.write(`${JSON.stringify({ what, units: units.map((unit) => [unit.variantId, Number(unit.quantity)]) })}\n`);
};

await Promise.all(Array.from({ length: callers }, async () => {
  for (let round = 0; round < rounds; round += 1) {
    const reference = uuidV7(new Date());
    const units = variants.filter(() => Math.random() < 0.4).map((variantId) => ({ variantId, quantity: BigInt(1 + Math.floor(Math.random() * 3)) }));
    // A hold that is lost with its process is what the sweep is for: its time is up at once.
    if (units.length === 0 || (await reserver.reserve(reference, units, new Date(0))).length > 0) continue;
    const dice = Math.random();
    if (dice < 0.3) await db.tx((tx) => releaseStock(tx, reference));
    else if (dice < 0.9) {
      const orderId = uuidV7(new Date());
      await db.tx((tx) => sellReserved(tx, reference, orderId));
      tell("sold", units);
      if (dice < 0.5) {
        await db.tx((tx) => restock(tx, orderId, units, "CANCELLED"));
        tell("back", units);
      }
    }
  }
}));
await db.close();

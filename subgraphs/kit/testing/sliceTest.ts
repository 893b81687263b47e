import { afterAll, beforeAll } from "vitest";
import type { Clocks } from "#platform/clock.ts";
import { Database } from "#platform/db/database.ts";
import { type Log, silentLog } from "#platform/log.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import type { Subgraph } from "../subgraph.ts";
import { assertActsAudited } from "./auditedActs.ts";
import { assertEventsDescribed } from "./describedEvents.ts";
import { graphOf } from "./graphOf.ts";
import { fillSmallShop } from "./smallShop.ts";
import { testClocks } from "./testClocks.ts";

export interface SliceDeps {
  /** Logged in as the slice's own role. */
  db: Database;
  clocks: Clocks;
  log: Log;
}

/** A subgraph over the small shop, for the calling test file. Read its parts inside of hooks and tests. Fails when it wrote an event that schema/events does not describe. */
export function useSlice(role: string, make: (deps: SliceDeps) => Promise<Subgraph>) {
  const databases = useTestDatabases({ shop: true });
  const statements: string[] = [];
  const opened: { owner: Database; db: Database; subgraph: Subgraph }[] = [];
  beforeAll(async () => {
    const owner = Database.open({ ...databases.shop.config, max: 4 });
    await fillSmallShop(owner);
    const db = Database.open({ ...databases.shop.as(role), max: 8 }, { observe: (name) => statements.push(name) });
    const subgraph = await make({ db, clocks: testClocks, log: silentLog });
    opened.push({ owner, db, subgraph });
  });
  afterAll(async () => {
    for (const { owner, db, subgraph } of opened) {
      await subgraph.close();
      await db.close();
      await assertActsAudited(owner).then(() => assertEventsDescribed(owner)).finally(() => owner.close());
    }
  });
  const get = () => {
    const parts = opened[0];
    if (!parts) throw new Error("the slice is not up: read it inside of a hook or test");
    return parts;
  };
  return {
    /** As the superuser: to plant and to look. */
    get owner() { return get().owner; },
    get db() { return get().db; },
    get subgraph() { return get().subgraph; },
    get graph() { return graphOf(get().subgraph, statements); },
    get databases() { return databases; },
  };
}

import { afterAll, beforeAll, beforeEach } from "vitest";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import type { Subgraph } from "../subgraph.ts";
import { graphOf } from "./graphOf.ts";

/** A subgraph that reads the warehouse as martgraph_serving, for the calling test file. Read its parts inside of hooks and tests. */
export function usePublishedSlice(fill: (owner: Database) => Promise<void>, make: (serving: Database) => Promise<Subgraph>) {
  const databases = useTestDatabases({ warehouse: true });
  const statements: string[] = [];
  const opened: { owner: Database; subgraph: Subgraph }[] = [];
  beforeAll(async () => {
    const owner = Database.open({ ...databases.warehouse.config, max: 4 });
    await fill(owner);
    const serving = Database.open({ ...databases.warehouse.as("martgraph_serving"), max: 8 }, { observe: (name) => statements.push(name) });
    opened.push({ owner, subgraph: await make(serving) });
  });
  beforeEach(() => void statements.splice(0));
  afterAll(async () => {
    for (const { owner, subgraph } of opened) {
      await subgraph.close();
      await owner.close();
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
    get subgraph() { return get().subgraph; },
    get graph() { return graphOf(get().subgraph, statements); },
  };
}

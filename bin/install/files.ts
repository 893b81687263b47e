import { wallClock } from "#platform/clock.ts";
import { lakeSettings } from "#platform/config.ts";
import { Database } from "#platform/db/database.ts";
import { openObjectStore } from "#platform/objects/open.ts";
import type { ObjectStore } from "#platform/objects/store.ts";
import { createFilesTool } from "#warehouse/sources/filesTool.ts";
import { createLakeTool } from "#warehouse/lake/lakeTool.ts";
import type { FilesTool, LakeTool } from "#warehouse/pipeline/types.ts";
import type { Installation } from "./installation.ts";
import { objectsOf } from "./objects.ts";

/** The loader's pool, closed with the installation. Opens nothing before it is used. */
export function loaderOf({ databases, lifecycle, log }: Installation): Database {
  const loader = Database.open(databases.as("martgraph_loader", { max: 2, applicationName: "martgraph files" }), { onError: (error) => log.warn({ error }, "idle connection lost") });
  lifecycle.onClose("loader", () => loader.close());
  return loader;
}

/** Takes files in from this installation's object store. */
export function filesOf(installation: Installation): FilesTool {
  return createFilesTool({ warehouse: loaderOf(installation), openStore: storeOf(installation), clock: wallClock, log: installation.log });
}

/** Exports to this installation's object store. `warehouse` logs in as martgraph_builder. */
export function lakeOf(installation: Installation, warehouse: Database): LakeTool {
  return createLakeTool({ warehouse, openStore: storeOf(installation), clock: wallClock, settings: lakeSettings() });
}

function storeOf(installation: Installation): () => Promise<ObjectStore> {
  return async () => {
    const store = await openObjectStore(objectsOf(installation));
    installation.lifecycle.onClose("object store", () => store.close());
    return store;
  };
}

import { wallClock } from "#platform/clock.ts";
import { Database } from "#platform/db/database.ts";
import { openObjectStore } from "#platform/objects/open.ts";
import { createFilesTool } from "#warehouse/sources/filesTool.ts";
import type { FilesTool } from "#warehouse/pipeline/types.ts";
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
  const { lifecycle, log } = installation;
  const openStore = async () => {
    const store = await openObjectStore(objectsOf(installation));
    lifecycle.onClose("object store", () => store.close());
    return store;
  };
  return createFilesTool({ warehouse: loaderOf(installation), openStore, clock: wallClock, log });
}

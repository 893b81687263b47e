import { setTimeout as sleep } from "node:timers/promises";
import { splitProcessSettings } from "#platform/config.ts";
import type { DatabaseConfig } from "#platform/db/database.ts";
import { PipelineBusy } from "#warehouse/pipeline/types.ts";
import { type HandedOver, openBigQueryChain } from "./bigQueryChain.ts";

/** Where the process stands still; `-` for nowhere, it then only says that it has come to the mirror. */
export type KilledAt = "mirror" | "beforeViews" | "behindViews" | "-";

export interface KilledSettings {
  readonly at: KilledAt;
  readonly shop: DatabaseConfig;
  readonly warehouse: DatabaseConfig;
  readonly rolePassword: string;
  readonly emulator: { readonly endpoint: string; readonly project: string };
  readonly models: readonly string[] | null;
  readonly readers: { readonly marts: readonly string[]; readonly masked: readonly string[]; readonly vendors: readonly (readonly [string, readonly string[]])[] };
  readonly handedOver: HandedOver;
}

/** A process that runs the pipeline on BigQuery and stands still where it is told, without a last word to anybody; whoever started it kills it there. */
const { at, shop, warehouse, rolePassword, emulator, models, readers, handedOver } = splitProcessSettings<KilledSettings>();
const database = (config: DatabaseConfig) => ({ name: config.database, config, as: (role: string) => ({ ...config, user: role, password: rolePassword, applicationName: role }) });

function reached(): void {
  process.stdout.write("reached\n");
}

/** Everything stops: timers, sockets, what other promises were about to do. */
function standStill(): never {
  reached();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 120_000);
  throw new Error("nobody killed this process");
}

const chain = await openBigQueryChain({ shop: database(shop), warehouse: database(warehouse) }, emulator, { models: models ?? undefined, readers: { ...readers, vendors: new Map(readers.vendors) }, handedOver });
const { engine, instead } = chain;
instead.mirror = (request) => {
  if (at === "-") reached();
  // One table is there, the next one's transaction may be open.
  return engine.mirror({ ...request, tell: at === "mirror" ? standStill : request.tell });
};
instead.show = async (build) => {
  if (at === "beforeViews") standStill();
  const shown = await engine.show(build);
  if (at === "behindViews") standStill();
  return shown;
};
for (;;) {
  try {
    await chain.pipeline.run({ trigger: "manual", train: "never" });
    break;
  } catch (error) {
    // The server notices a moment later that the process before this one is gone.
    if (!(error instanceof PipelineBusy)) throw error;
    await sleep(50);
  }
}
process.exit(0);

import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { SetupError } from "#platform/postgres/setupError.ts";
import { assertSameData, describeShopData } from "#shopdata/shopData.ts";
import { fillGenerated } from "#shopdata/generated/fillGenerated.ts";
import { listDataFiles } from "#shopdata/onlineRetail/files.ts";
import { importOnlineRetail } from "#shopdata/onlineRetail/importOnlineRetail.ts";
import type { Progress } from "../cli/progress.ts";
import type { Installation } from "./installation.ts";

export interface FillSettings {
  data: string | undefined;
  clock: Date | undefined;
  seed: number;
  size: "tiny" | "demo";
}

/**
 * Fills an empty shop: from real files where a folder is named, from the generator otherwise.
 * A shop that is filled stays as it is; a start that names other data is refused.
 */
export async function fillShop(installation: Installation, settings: FillSettings, progress: Progress): Promise<object> {
  const db = installation.owner("shop");
  const { signal } = installation.lifecycle;
  const held = await describeShopData(db);
  if (held) {
    if (settings.data !== undefined) await assertSameData(db, { path: dataFolder(settings.data) });
    progress.finished("Shop data", { verdict: "skipped", note: held.summary, seconds: 0 });
    return held;
  }
  if (settings.data === undefined) {
    return progress.step("Fill the shop from the seeded generator (synthetic)", async (tell) => {
      const report = await fillGenerated({ db, seed: settings.seed, size: settings.size, until: settings.clock ?? new Date(), onProgress: tell, signal });
      return { value: report, rows: report.rows, note: report.summary };
    });
  }
  const path = dataFolder(settings.data);
  return progress.step("Import Online Retail II", async (tell) => {
    const report = await importOnlineRetail({ db, path, seed: settings.seed, onProgress: tell, signal, ...(settings.clock ? { clock: settings.clock } : {}) });
    return { value: report, rows: report.linesRead, note: report.summary };
  });
}

/** Asked before anything is touched: a slip in the path must not cost an installation that --reset would throw away. @throws SetupError, DataFileError */
export async function assertDataFolder(path: string): Promise<void> {
  await listDataFiles(dataFolder(path));
}

function dataFolder(path: string): string {
  const folder = resolve(path);
  if (!existsSync(folder)) throw new SetupError(`--data names ${folder}, which does not exist: give the folder that holds the Online Retail II .csv.gz files.`);
  if (!statSync(folder).isDirectory()) throw new SetupError(`--data names ${folder}, which is a file: give the folder that holds the Online Retail II .csv.gz files.`);
  return folder;
}

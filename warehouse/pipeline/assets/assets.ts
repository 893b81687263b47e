import type { Asset } from "../asset.ts";
import { captureAsset } from "./capture.ts";
import { checkMartsAsset } from "./checkMarts.ts";
import { checkPredictionsAsset } from "./checkPredictions.ts";
import { checkRawAsset } from "./checkRaw.ts";
import { dbtAsset } from "./dbt.ts";
import { filesAsset } from "./files.ts";
import { lakeAsset } from "./lake.ts";
import { mirrorAsset } from "./mirror.ts";
import { publishAsset } from "./publish.ts";
import { scoreAsset } from "./score.ts";
import { trainAsset } from "./train.ts";
import { watchAsset } from "./watch.ts";

/**
 * All that the pipeline makes, in the order it is made. The runner fixes the cut between those of the stage "before cut" and those
 * of "build", and calls it `cut`: it decides whether anything is built. Another asset is one file and one line here.
 */
export const ASSETS: readonly Asset[] = [
  captureAsset,
  filesAsset,
  checkRawAsset,
  dbtAsset,
  checkMartsAsset,
  watchAsset,
  trainAsset,
  scoreAsset,
  checkPredictionsAsset,
  publishAsset,
  lakeAsset,
];

/** What needs the mirrored tables, beside what it needs anyway. */
const BEHIND_MIRROR: ReadonlySet<string> = new Set([trainAsset, scoreAsset, publishAsset].map(({ name }) => name));

/** The same where another engine holds the marts: what is read by key is copied from there before anybody reads it. */
export const ASSETS_OF_ENGINE: readonly Asset[] = ASSETS.flatMap((asset): Asset[] =>
  asset === trainAsset ? [mirrorAsset, behindMirror(asset)] : [BEHIND_MIRROR.has(asset.name) ? behindMirror(asset) : asset]);

function behindMirror(asset: Asset): Asset {
  return { ...asset, after: [...asset.after, mirrorAsset.name] };
}

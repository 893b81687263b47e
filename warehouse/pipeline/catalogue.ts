import type { Asset } from "./asset.ts";
import { CUT } from "./cut.ts";

/** What somebody outside has to know of an asset to run it in its place. */
export interface CatalogueEntry {
  name: string;
  what: string;
  stage: Asset["stage"];
  after: readonly string[];
  optional: boolean;
}

/** All assets in the order they are made, the cut among them. */
export function catalogueOf(assets: readonly Asset[]): CatalogueEntry[] {
  const entry = ({ name, what, stage, after, optional }: Asset): CatalogueEntry => ({ name, what, stage, after, optional: optional === true });
  const intake = assets.filter((asset) => asset.stage === "before cut");
  return [
    ...intake.map(entry),
    // All that comes in before it is in the cut.
    { name: CUT.name, what: CUT.what, stage: "build", after: intake.map((asset) => asset.name), optional: false },
    ...assets.filter((asset) => asset.stage !== "before cut").map(entry),
  ];
}

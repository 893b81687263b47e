import type { IntakeAsset } from "../asset.ts";
import { forgottenErasures } from "../eraseAgain.ts";
import { forgetPredictions } from "../forgetPredictions.ts";
import { appliedPos, countLateRows } from "../lateRows.ts";
import type { PipelineDeps } from "../types.ts";

export const captureAsset: IntakeAsset = {
  name: "capture",
  what: "takes over what the shop committed",
  stage: "before cut",
  after: [],
  // capture tries by itself, and knows better when not to
  attempts: 1,
  async run({ deps }) {
    const before = await appliedPos(deps.warehouse);
    const { rowsByTable, snapshot } = await deps.capture.catchUp();
    const lateRows = before < 0n ? {} : await countLateRows(deps.warehouse, before);
    const late = Object.values(lateRows).reduce((sum, count) => sum + count, 0);
    const rows = Object.values(rowsByTable).reduce((sum, count) => sum + count, 0);
    const again = await eraseAgain(deps);
    await forgetPredictions(deps.warehouse);
    return { rows, output: { rowsByTable, lateRows }, message: `${snapshot ? "copied the shop" : "caught up with the shop"}${late > 0 ? `; ${late} late rows, of days before yesterday` : ""}${again}` };
  },
};

/** A shop that came back from an old copy is told whom it had erased. Answers what to say of it. */
async function eraseAgain({ warehouse, capture, eraseAgain, log }: PipelineDeps): Promise<string> {
  const hashes = eraseAgain ? await forgottenErasures(warehouse) : [];
  if (!eraseAgain || hashes.length === 0) return "";
  const erased = await eraseAgain(hashes);
  log.warn({ known: hashes.length, erased }, "the shop had forgotten erasures, as after an old copy was brought back: told again");
  await capture.catchUp();
  return `; the shop had forgotten ${hashes.length} erasures: ${erased} people erased again`;
}

import type { IntakeAsset } from "../asset.ts";

/** Behind capture: files stand at the position behind the shop's last change. A file that cannot be taken stops nothing; its report says why. */
export const filesAsset: IntakeAsset = {
  name: "files",
  what: "takes in files of other sources",
  stage: "before cut",
  after: ["capture"],
  async run({ deps, signal }) {
    const taken = await deps.files?.takeIn(signal);
    return taken ?? { skipped: true, message: "no file sources" };
  },
};

import fc from "fast-check";
import { proofMode, seedSetting } from "../config.ts";

/** `npm test` draws the same examples each time, so that a build is red for what was changed and not by chance. */
const EVERY_DAY = 20_101_101;

/**
 * Properties draw from one seed in `npm test`, from new ones in `npm run proof`, and from `MARTGRAPH_SEED` where it is given. A
 * failure names its seed and path, so it can be drawn again. (schema/values imports nothing from elsewhere; its three pure tests draw anew.)
 */
const seed = seedSetting() ?? (proofMode() ? undefined : EVERY_DAY);
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });

export { fc };

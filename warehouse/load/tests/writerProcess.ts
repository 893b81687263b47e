import { splitProcessSettings } from "#platform/config.ts";
import type { DatabaseConfig } from "#platform/db/database.ts";
import { startWriting } from "./writeLoad.ts";

/** The shop's writer as a process of its own, for tests that kill it in the middle of its transactions. Says a dot for each that had an answer. */
const { config, seed } = splitProcessSettings<{ config: DatabaseConfig; seed: number }>();
startWriting(config, seed, () => void process.stdout.write("."));

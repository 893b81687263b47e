import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { childEnvironment } from "#platform/config.ts";
import type { DatabaseConfig } from "#platform/db/database.ts";
import type { ModelName } from "#platform/scoring/loadModel.ts";
import { runTool } from "./exec.ts";
import { pythonExecutable } from "./python/pythonPath.ts";

/** The files an artefact is made of; the trainer writes exactly these. */
export const ARTEFACT_FILES = ["manifest.json", "model.json", "golden.jsonl", "metrics.json"] as const;

export interface TrainRequest {
  model: ModelName;
  /** Whose features are read; a login that may read the schema. */
  warehouse: DatabaseConfig;
  /** The features schema: `features_a`, `features_b`. */
  schema: string;
  /** Business time: nothing later is looked at. */
  asOf: Date;
  /** Named in the manifest as the data it was trained on. */
  buildId: string;
  /** Whole number >= 0. The same seed over the same data gives the same bytes. */
  seed: number;
  signal?: AbortSignal;
  /** 15 minutes where not given. */
  timeoutMs?: number;
  onProgress?: (step: TrainStep) => void;
  python?: string;
}

/** One step of a training that is over, with what it counted. */
export interface TrainStep {
  step: string;
  seconds: number;
  [fact: string]: unknown;
}

export type TrainResult =
  | {
      outcome: "TRAINED";
      /** What model.json holds: the candidate, or the baseline it did not beat. */
      served: "CANDIDATE" | "BASELINE";
      /** The comparison in a sentence. */
      message: string;
      /** Rows of features read. */
      rows: number;
      files: ReadonlyMap<string, Uint8Array>;
      seconds: number;
    }
  | { outcome: "NOT_ENOUGH_HISTORY"; message: string; seconds: number };

/** A training that should have succeeded did not. `message` says why and what to do. */
export class TrainingFailed extends Error {
  override readonly name = "TrainingFailed";
}

const PACKAGE_DIR = fileURLToPath(new URL("../training", import.meta.url));
const DEFAULT_TIMEOUT_MS = 15 * 60_000;
const EXIT = { trained: 0, notEnoughHistory: 3 } as const;

/**
 * Trains one model in Python from the features of one schema. A shop without enough history is an outcome, not an error.
 * @throws TrainingFailed when the features are unusable, the database is away or training broke; ToolError when Python could not be run.
 */
export async function trainModel(request: TrainRequest): Promise<TrainResult> {
  const out = await mkdtemp(join(tmpdir(), `martgraph-train-${request.model}-`));
  try {
    let last: Record<string, unknown> = {};
    const { exitCode, stderr, seconds } = await runTool({
      file: request.python ?? pythonExecutable(),
      args: [
        "-m", "martgraph_training", "train", request.model, "--schema", request.schema, "--out", out,
        "--seed", String(request.seed), "--as-of", request.asOf.toISOString(), "--build-id", request.buildId,
      ],
      env: childEnvironment({ ...connectionVariables(request.warehouse), PYTHONPATH: PACKAGE_DIR, PYTHONHASHSEED: "0" }),
      cwd: out,
      timeoutMs: request.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      ...(request.signal ? { signal: request.signal } : {}),
      onLine: (line) => {
        const event = parseEvent(line);
        if (!event) return;
        last = event;
        if (event["event"] === "step") request.onProgress?.(event as unknown as TrainStep);
      },
    });
    const message = typeof last["message"] === "string" ? last["message"] : (stderr.trim().split("\n").at(-1) ?? "");
    if (exitCode === EXIT.notEnoughHistory) return { outcome: "NOT_ENOUGH_HISTORY", message, seconds };
    if (exitCode !== EXIT.trained) throw new TrainingFailed(`training ${request.model} failed (exit code ${exitCode}): ${message}`);
    const files = await Promise.all(ARTEFACT_FILES.map(async (name) => [name, await readFile(join(out, name))] as const));
    return { outcome: "TRAINED", served: last["served"] === "CANDIDATE" ? "CANDIDATE" : "BASELINE", message, rows: Number(last["rows"] ?? 0), files: new Map(files), seconds };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

/** libpq's own variables: a password in an argument list could be read by every user of the machine. */
function connectionVariables(config: DatabaseConfig): Record<string, string> {
  return { PGHOST: config.host, PGPORT: String(config.port), PGUSER: config.user, PGPASSWORD: config.password, PGDATABASE: config.database };
}

function parseEvent(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

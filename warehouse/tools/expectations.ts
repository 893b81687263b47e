import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { DbtConnection } from "./dbtProfile.ts";
import type { PythonWorker } from "./worker.ts";

const EXPECTATIONS_DIR = fileURLToPath(new URL("../../expectations", import.meta.url));
const VERSION = 1;

const report = z.object({
  version: z.literal(VERSION),
  success: z.boolean(),
  seconds: z.number(),
  suites: z.array(
    z.object({
      suite: z.string(),
      table: z.string(),
      checks: z.array(
        z.object({
          name: z.string(),
          severity: z.enum(["CRITICAL", "WARNING", "INFO"]),
          passed: z.boolean(),
          message: z.string().nullable(),
          observed: z.union([z.number(), z.string()]).nullable(),
          carried: z.boolean().optional(),
        }),
      ),
    }),
  ),
});

/** The verdict of one audit. `success`: no CRITICAL check is red. Holds counts and names, never cell content. */
export type ExpectationsReport = z.infer<typeof report>;

export interface ExpectationsRequest {
  /** Folders under expectations/suites, in the order in which they run. */
  areas: readonly string[];
  /** What `$name` stands for in the suites: the slot's schemas, the cut. null or absent: checks that need it are passed over. */
  values: Readonly<Record<string, string | null>>;
  /** What need not be asked again. */
  carry?: CarriedChecks | undefined;
  signal?: AbortSignal;
}

/** A check that looks at nothing but tables that did not change, and that passed then, passes: its verdict is carried over. */
export interface CarriedChecks {
  /** Tables that are others than they were, by the placeholder of their schema; what stands behind another placeholder counts as changed. */
  changed: Readonly<Record<string, readonly string[]>>;
  /** Placeholders whose value is what it was. */
  same: readonly string[];
  /** Suites and names of the checks that passed. */
  passed: readonly (readonly [suite: string, name: string])[];
}

/** The Python side answered something else than was agreed on. */
export class ExpectationsError extends Error {
  override readonly name = "ExpectationsError";
}

export interface Expectations {
  /** SHA-256 over the suites and what runs them: another one means that what passed before has to be checked again. */
  codeHash(): Promise<string>;
  /**
   * Runs the suites of some areas.
   * @throws WorkerRefused when a suite or the request is wrong; ToolError when the process went away or was aborted.
   */
  run(request: ExpectationsRequest): Promise<ExpectationsReport>;
}

/** Great Expectations over one warehouse, in the long-lived worker. `connection` logs in as martgraph_builder, or is BigQuery's. */
export function createExpectations(options: { worker: PythonWorker; connection: DbtConnection; suitesDir?: string }): Expectations {
  const { worker, connection, suitesDir } = options;
  return {
    codeHash: () => hashOf(suitesDir === undefined ? [EXPECTATIONS_DIR] : [EXPECTATIONS_DIR, suitesDir]),
    async run({ areas, values, carry, signal }) {
      const answer = await worker.call(
        "expectations",
        { connection, areas, values, ...(carry ? { carry } : {}), ...(suitesDir ? { suites: suitesDir } : {}) },
        signal ? { signal } : {},
      );
      const parsed = report.safeParse(answer);
      if (!parsed.success) throw new ExpectationsError(`expectations/run.py answered in another shape than version ${VERSION}: ${z.prettifyError(parsed.error)}`);
      return parsed.data;
    },
  };
}

async function hashOf(folders: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && /\.(yml|py)$/.test(entry.name)).map((entry) => join(entry.parentPath, entry.name));
    for (const file of files.sort()) hash.update(`${relative(folder, file)}\0`).update(await readFile(file)).update("\0");
  }
  return hash.digest("hex");
}

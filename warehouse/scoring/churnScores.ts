import { Readable } from "node:stream";
import type { Tx } from "#platform/db/database.ts";
import type { ChurnModel } from "#platform/scoring/churnModel.ts";
import { copyBlocks } from "../engines/postgres/copyText.ts";
import type { Slot } from "../publish/slots.ts";

const PAGE = 20_000;
const FIRST_ID = "00000000-0000-0000-0000-000000000000";
const COLUMN = /^[a-z][a-z0-9_]*$/;

export interface ChurnRequest {
  batchId: string;
  slot: Slot;
  model: ChurnModel;
  asOf: Date;
  /** Only these customers; all where not given. */
  only?: readonly string[];
}

/** Scores the current features of customers into the batch; answers how many. */
export async function writeChurn(tx: Tx, { batchId, slot, model, asOf, only }: ChurnRequest): Promise<number> {
  const text = `select user_id, array[${model.columns.map(columnOf).join(", ")}]::float8[] as values
                  from features_${slot}.customer_churn_features
                 where is_current and user_id > $1 ${only ? "and user_id = any($3)" : ""} order by user_id limit $2`;
  let after = FIRST_ID;
  let written = 0;
  for (;;) {
    const { rows } = await tx.raw<{ user_id: string; values: (number | null)[] }>(text, [after, PAGE, ...(only ? [only] : [])]);
    if (rows.length === 0) return written;
    const scored = rows.map(({ user_id, values }) => {
      const probability = model.probability(values.map((value) => value ?? Number.NaN));
      return [batchId, user_id, String(probability), model.segment(probability), asOf.toISOString()];
    });
    written += await tx.copyFrom("copy predictions.churn (batch_id, user_id, probability, segment, as_of) from stdin", Readable.from(copyBlocks(scored)));
    after = (rows.at(-1) as { user_id: string }).user_id;
  }
}

/** A model names its columns: only what looks like one goes into a statement. */
export function columnOf(name: string): string {
  if (!COLUMN.test(name)) throw new Error(`the churn model reads a column "${name}", which is no column's name`);
  return name;
}

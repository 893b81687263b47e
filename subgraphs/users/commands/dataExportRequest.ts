import { unauthenticated } from "#kit/errors.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../context.ts";
import { type DataExport, mayExport } from "../domain/dataExport.ts";
import { requireStepUp, type StepUpRequired } from "../domain/stepUp.ts";
import { insertDataExport, listDataExports, lockForExport } from "../queries/dataExports.ts";

export type DataExportRefusal = StepUpRequired | { code: "TOO_MANY_EXPORTS"; retryAfterSeconds: number };

/** Asks for a copy of the viewer's data, or answers the one under way. It is written by `writeDataExports`. */
export async function dataExportRequest({ db, clocks, viewer }: Commanded): Promise<Result<DataExport, DataExportRefusal>> {
  const { userId } = viewer;
  if (userId === null) throw unauthenticated();
  const stale = requireStepUp(viewer, clocks);
  if (stale) return err(stale);
  return db.tx(async (tx): Promise<Result<DataExport, DataExportRefusal>> => {
    if (!(await lockForExport(tx, userId))) throw unauthenticated();
    const now = clocks.wall.now();
    const answer = mayExport(await listDataExports(tx, [userId]), now);
    if (!answer) return ok(await insertDataExport(tx, userId, now));
    return "underWay" in answer ? ok(answer.underWay) : err({ code: "TOO_MANY_EXPORTS", retryAfterSeconds: answer.retryAfterSeconds });
  });
}

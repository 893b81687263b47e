import type { UsersParts } from "../../context.ts";
import { sweepAccountMails } from "../../queries/accountMails.ts";
import { sweepSessions } from "../../queries/sessions.ts";

/** How long an ended session is kept: a token of it that turns up is known for what it is, and then it is nobody's business any more. */
const KEPT_MS = 30 * 86_400_000;
const BATCH = 1_000;

/** Forgets sessions, tokens and wanted mails that are long over. */
export async function sweepEnded(db: UsersParts["db"], { wall }: UsersParts["clocks"]): Promise<void> {
  const before = new Date(wall.now().getTime() - KEPT_MS);
  while ((await sweepSessions(db, before)) === BATCH);
  await sweepAccountMails(db);
}

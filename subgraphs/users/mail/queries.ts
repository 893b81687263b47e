import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

const open = query({
  name: "accountMail.open",
  text: "select m.message, m.email, m.display_name, m.minutes from users.open_account_mail($1, $2, $3) m",
  params: ["uuid", "uuid", "bytea"],
  row: { message: "text", email: "text", display_name: "text?", minutes: "int4?" },
  budget: { access: "write", maxRows: 1 },
});

export interface OpenedMail {
  readonly message: string;
  readonly email: string;
  readonly name: string | null;
  /** How long the token works; null where the mail has none. */
  readonly minutes: number | null;
}

/** What to write about a request, with the token of this hash made good for it; undefined where nothing is to be written. */
export async function openAccountMail(db: Reader, requestId: string, eventId: string, secretHash: Buffer): Promise<OpenedMail | undefined> {
  const found = await db.maybeOne(open, [requestId, eventId, secretHash]);
  return found && { message: found.message, email: found.email, name: found.display_name, minutes: found.minutes };
}

const openExport = query({
  name: "accountMail.openExport",
  text: "select m.email, m.display_name from users.open_export_mail($1, $2, $3) m",
  params: ["uuid", "uuid", "bytea"],
  row: { email: "text", display_name: "text?" },
  budget: { access: "write", maxRows: 1 },
});

/** To whom the link to a copy goes, with the token of this hash made good for it; undefined where nothing is to be written. */
export async function openExportMail(db: Reader, exportId: string, eventId: string, secretHash: Buffer): Promise<{ email: string; name: string | null } | undefined> {
  const found = await db.maybeOne(openExport, [exportId, eventId, secretHash]);
  return found && { email: found.email, name: found.display_name };
}

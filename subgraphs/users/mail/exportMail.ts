import { createHash, randomBytes } from "node:crypto";
import { ConsumerUnavailable, type RelayedEvent } from "#platform/events/relay/consumer.ts";
import type { ComposedMail } from "#platform/mail/mailConsumer.ts";
import type { AccountMailOptions } from "./accountMail.ts";
import { openExportMail } from "./queries.ts";
import { renderAccountMail } from "./render.ts";

/** The types of events that mails about copies of people's data are written for. */
export const EXPORT_MAIL_TYPES: readonly string[] = ["DataExportReady"];

const TOKEN_BYTES = 32;

/** The mail with the link to a copy of somebody's data; undefined where it is gone or the mail has been sent. The secret stands in the mail alone. */
export async function composeExportMail({ db, shop, webUrl }: AccountMailOptions, event: RelayedEvent): Promise<ComposedMail | undefined> {
  const base = webUrl();
  if (base === undefined) throw new ConsumerUnavailable("where the links of mails lead is not known before the gateway serves");
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const opened = await openExportMail(db, event.payload["exportId"] as string, event.id, createHash("sha256").update(token).digest());
  if (!opened) return undefined;
  return { message: "dataExport", to: opened.email, ...renderAccountMail("dataExport", { shop, name: opened.name, link: `${base}/account/export?token=${token}`, lasts: "7 days" }) };
}

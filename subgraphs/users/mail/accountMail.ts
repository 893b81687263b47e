import { createHash, randomBytes } from "node:crypto";
import type { Reader } from "#platform/db/database.ts";
import { ConsumerUnavailable, type RelayedEvent } from "#platform/events/relay/consumer.ts";
import type { ComposedMail } from "#platform/mail/mailConsumer.ts";
import { openAccountMail } from "./queries.ts";
import { type Message, MESSAGES, renderAccountMail } from "./render.ts";

/** The types of events that mails about accounts are written for (schema/events/account.ts). */
export const ACCOUNT_MAIL_TYPES: readonly string[] = ["EmailVerificationWanted", "PasswordResetWanted", "EmailChangeWanted", "EmailChangeNoticeWanted", "PasswordChanged"];

const TOKEN_BYTES = 32;

/** Where a mail leads: with a token the page that takes it, else the page where a new password is asked for. */
const PAGE_OF: Readonly<Record<Message, string>> = {
  dataExport: "/account/export", verifyEmail: "/account/verify", resetPassword: "/account/reset", changeEmail: "/account/email",
  accountExists: "/account/reset", emailChangeNotice: "/account/reset", passwordChanged: "/account/reset",
};

export interface AccountMailOptions {
  /** Logged in as martgraph_relay. */
  readonly db: Reader;
  readonly shop: string;
  /** Address that the pages stand behind; undefined while it is not known. */
  webUrl(): string | undefined;
}

/**
 * The mail about an account that an event asks for; undefined where nothing is to be written. The token is made here, goes into the mail
 * and nowhere else: the database gets its hash, the event knows neither.
 */
export async function composeAccountMail({ db, shop, webUrl }: AccountMailOptions, event: RelayedEvent): Promise<ComposedMail | undefined> {
  const base = webUrl();
  if (base === undefined) throw new ConsumerUnavailable("where the links of mails lead is not known before the gateway serves");
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const opened = await openAccountMail(db, event.payload["requestId"] as string, event.id, createHash("sha256").update(token).digest());
  if (!opened) return undefined;
  const message = MESSAGES.find((name) => name === opened.message);
  if (!message) throw new Error(`there is no mail "${opened.message}"`);
  const link = `${base}${PAGE_OF[message]}${opened.minutes === null ? "" : `?token=${token}`}`;
  return { message, to: opened.email, ...renderAccountMail(message, { shop, name: opened.name, link, ...(opened.minutes === null ? {} : { lasts: inWords(opened.minutes) }) }) };
}

function inWords(minutes: number): string {
  if (minutes % 1_440 === 0) return `${minutes / 1_440} days`;
  return minutes === 60 ? "an hour" : `${minutes} minutes`;
}

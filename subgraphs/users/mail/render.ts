import { join } from "node:path";
import { mailTemplates } from "#platform/mail/mailTemplates.ts";

export const MESSAGES = ["verifyEmail", "accountExists", "resetPassword", "changeEmail", "emailChangeNotice", "passwordChanged", "dataExport"] as const;
export type Message = (typeof MESSAGES)[number];

/** What a template can show. */
export interface AccountMailData {
  readonly shop: string;
  readonly name: string | null;
  readonly link: string;
  /** For how long the link works, in words. */
  readonly lasts?: string;
}

/** A message as subject, text and HTML. The templates lie beside this file; the first line of a .txt is the subject. */
export const renderAccountMail = mailTemplates<Message, AccountMailData>(join(import.meta.dirname, "templates"), MESSAGES);

/** One mail to one person. */
export interface Mail {
  /** `<...@...>`, the same in every repetition, so that mailboxes can tell a copy. */
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Where mails go out. */
export interface Mailer {
  /** Answers what the server said when it took the mail. @throws MailRefused, MailUnavailable, or another error when it may be tried again. */
  send(mail: Mail): Promise<string>;
  close(): Promise<void>;
}

/** This mail will never be taken: no such mailbox, no address at all. */
export class MailRefused extends Error {
  override readonly name = "MailRefused";
}

/** No mail is taken at present: the server is away, or does not let us in. */
export class MailUnavailable extends Error {
  override readonly name = "MailUnavailable";
}

/** One address, without name, list, comment or control characters: nothing in it can become a second recipient or a header. */
const ADDRESS = /^[^\s<>()[\]\\,;:"@\p{Cc}]{1,64}@[^\s<>()[\]\\,;:"@\p{Cc}]{1,190}$/u;
const MAX_SUBJECT = 200;

/** The mail as it may go out. @throws MailRefused for an address that is none. */
export function cleanMail(mail: Mail): Mail {
  if (!ADDRESS.test(mail.to)) throw new MailRefused("the recipient is no mail address");
  // A line break in a subject would begin a header of somebody else's choice.
  return { ...mail, subject: mail.subject.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim().slice(0, MAX_SUBJECT) };
}

/** Says that nobody sat there and wrote: no out-of-office answers, please. */
export const AUTOMATIC = { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" } as const;

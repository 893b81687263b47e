import { createTransport } from "nodemailer";
import { AUTOMATIC, cleanMail, MailRefused, MailUnavailable, type Mailer } from "./mailer.ts";

export interface SmtpOptions {
  /**
   * `smtp://user:password@host:587` (STARTTLS is demanded; `?starttls=optional` or `never` for a server inside of the house) or
   * `smtps://user:password@host:465`.
   */
  readonly url: string;
  readonly from: string;
  readonly timeoutMs?: number;
  /** Certificates to trust beside the system's, PEM. */
  readonly ca?: string;
}

const TIMEOUT_MS = 15_000;
const CONNECTIONS = 4;

/** Mails over SMTP, over a few connections that are kept open. */
export function createSmtpMailer({ url, from, timeoutMs = TIMEOUT_MS, ca }: SmtpOptions): Mailer {
  const at = new URL(url);
  const secure = at.protocol === "smtps:";
  const starttls = at.searchParams.get("starttls") ?? "required";
  const transport = createTransport({
    pool: true,
    maxConnections: CONNECTIONS,
    host: at.hostname.replace(/^\[|\]$/g, ""),
    port: Number(at.port) || (secure ? 465 : 587),
    secure,
    requireTLS: !secure && starttls === "required",
    ignoreTLS: starttls === "never",
    ...(at.username ? { auth: { user: decodeURIComponent(at.username), pass: decodeURIComponent(at.password) } } : {}),
    ...(ca ? { tls: { ca } } : {}),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // Nothing that stands in a mail makes us read a file or ask a URL.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(mail) {
      const { to, ...rest } = cleanMail(mail);
      try {
        const sent = await transport.sendMail({ ...rest, from, to: { name: "", address: to }, headers: AUTOMATIC });
        return sent.response;
      } catch (error) {
        throw explain(error as SmtpError);
      }
    },
    close: async () => transport.close(),
  };
}

type SmtpError = Error & { code?: string; responseCode?: number; command?: string };

/** The server's replies, RFC 5321: 5xx is for ever, 4xx for now. What happens before there is a recipient is nobody's mail's fault. */
function explain(error: SmtpError): Error {
  const { code, responseCode, command = "" } = error;
  const options = { cause: error };
  const isAboutMail = command === "RCPT TO" || command === "DATA" || code === "EMESSAGE" || (code === "EENVELOPE" && command !== "MAIL FROM");
  // 421: the server closes. 530 to 538: it wants us to log in, or otherwise.
  const isAboutUs = responseCode === 421 || (responseCode !== undefined && responseCode >= 530 && responseCode <= 538);
  if (!isAboutMail || isAboutUs) return new MailUnavailable(`the mail server took nothing: ${error.message}`, options);
  if (responseCode !== undefined && responseCode >= 500) return new MailRefused(`the mail server refused it: ${error.message}`, options);
  return new Error(`the mail server did not take it now: ${error.message}`, options);
}

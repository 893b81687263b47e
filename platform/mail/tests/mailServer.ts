import type { AddressInfo } from "node:net";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly mail: ParsedMail;
  readonly secure: boolean;
  readonly user: string | undefined;
}

/** A real SMTP server on the loopback. `options` may refuse senders, recipients and data as servers do. */
export async function startMailServer(options: SMTPServerOptions = {}, port = 0) {
  const received: ReceivedMail[] = [];
  let connections = 0;
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    onConnect(_session, callback) {
      connections += 1;
      callback();
    },
    onData(stream, session, callback) {
      simpleParser(stream).then((mail) => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({ from: mailFrom ? mailFrom.address : "", to: rcptTo.map(({ address }) => address), mail, secure: session.secure, user: session.user as string | undefined });
        callback();
      }, callback);
    },
    ...options,
  });
  server.on("error", () => {});
  await new Promise<void>((resolve) => { server.listen(port, "127.0.0.1", resolve); });
  const at = (server.server.address() as AddressInfo).port;
  return {
    received,
    port: at,
    get connections() { return connections; },
    url: (query = "?starttls=never", login = "") => `smtp://${login}127.0.0.1:${at}${query}`,
    close: () => new Promise<void>((resolve) => { server.close(() => resolve()); }),
  };
}

/** What a server says when it refuses. */
export const reply = (responseCode: number, message = "no") => Object.assign(new Error(message), { responseCode });

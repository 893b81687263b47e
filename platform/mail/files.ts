import { createHash } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { AUTOMATIC, cleanMail, type Mailer } from "./mailer.ts";

/** More are not kept: the oldest go. */
const KEPT = 1_000;

/**
 * Mails as .eml files in a folder, which every mail program opens: for trying the shop without a mail server. A mail that is sent
 * again takes the place of its first copy.
 */
export function createFileMailer({ dir, from, kept = KEPT }: { dir: string; from: string; kept?: number }): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: "unix", disableFileAccess: true, disableUrlAccess: true });
  return {
    async send(mail) {
      const { to, ...rest } = cleanMail(mail);
      const { message } = await transport.sendMail({ ...rest, from, to: { name: "", address: to }, headers: AUTOMATIC });
      await mkdir(dir, { recursive: true, mode: 0o700 });
      const digest = createHash("sha256").update(mail.messageId).digest("hex").slice(0, 16);
      const known = (await readdir(dir)).filter((name) => name.endsWith(".eml")).sort();
      const name = known.find((one) => one.endsWith(`-${digest}.eml`)) ?? `${new Date().toISOString().replaceAll(":", "-")}-${digest}.eml`;
      const draft = join(dir, `${name}.${process.pid}`);
      await writeFile(draft, message as Buffer, { mode: 0o600 });
      await rename(draft, join(dir, name));
      for (const old of known.slice(0, Math.max(0, known.length + 1 - kept))) if (old !== name) await rm(join(dir, old), { force: true });
      return `written to ${name}`;
    },
    close: async () => transport.close(),
  };
}

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simpleParser } from "mailparser";
import type { SMTPServerOptions } from "smtp-server";
import { afterEach, describe, expect, test } from "vitest";
import { childEnvironment, programPath } from "#platform/config.ts";
import { createFileMailer } from "../files.ts";
import { type Mail, MailRefused, MailUnavailable } from "../mailer.ts";
import { createSmtpMailer } from "../smtp.ts";
import { reply, startMailServer } from "./mailServer.ts";

const MAIL: Mail = { messageId: "<1.shipped@shop.example>", to: "ada@example.com", subject: "Your order ä ♥", text: "Hello ♥\n", html: "<p>Hello ♥</p>\n" };
const FROM = "The Shop <shop@shop.example>";
const closers: (() => Promise<void>)[] = [];
afterEach(async () => { for (const close of closers.splice(0).toReversed()) await close(); });

async function open(server: SMTPServerOptions = {}, query?: string, login?: string) {
  const started = await startMailServer(server);
  closers.push(started.close);
  const mailer = createSmtpMailer({ url: started.url(query, login), from: FROM, timeoutMs: 500 });
  closers.push(mailer.close);
  return { server: started, mailer };
}
function certificate(): { key: string; cert: string } | undefined {
  const openssl = programPath().map((dir) => join(dir, "openssl")).find((path) => existsSync(path));
  if (!openssl) return undefined;
  const dir = mkdtempSync(join(tmpdir(), "cert-"));
  try {
    const [key, cert] = [join(dir, "key.pem"), join(dir, "cert.pem")];
    execFileSync(openssl, ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", cert, "-days", "1", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
      { stdio: "ignore", env: childEnvironment() });
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
const failure = (sent: Promise<unknown>) => sent.then(() => undefined, (error: unknown) => error as Error);

describe("over SMTP, on a real server", () => {
  test("a mail arrives as it was written, from whom it says, to one recipient", async () => {
    const { server, mailer } = await open();
    expect(await mailer.send(MAIL)).toMatch(/^250/);
    const [{ from, to, mail } = { from: "", to: [], mail: undefined }] = server.received;
    expect([from, to]).toEqual(["shop@shop.example", ["ada@example.com"]]);
    expect(mail).toMatchObject({ subject: MAIL.subject, text: MAIL.text, html: MAIL.html, messageId: MAIL.messageId, from: { text: '"The Shop" <shop@shop.example>' }, to: { text: "ada@example.com" } });
    expect(mail?.headers.get("auto-submitted")).toBe("auto-generated");
  });

  test("many mails go over a few connections", async () => {
    const { server, mailer } = await open();
    await Promise.all(Array.from({ length: 30 }, (_, n) => mailer.send({ ...MAIL, messageId: `<${n}@shop.example>` })));
    expect(server.received).toHaveLength(30);
    expect(server.connections).toBeLessThanOrEqual(4);
  });

  test("a login is given where the URL has one, and a refused one says that nothing is taken", async () => {
    const auth: SMTPServerOptions = { authOptional: false, allowInsecureAuth: true, onAuth: ({ username, password }, _session, done) => (password === "s:e@cret" ? done(null, { user: username }) : done(reply(535, "bad login"))) };
    const { server, mailer } = await open(auth, "?starttls=never", "shop:s%3Ae%40cret@");
    await mailer.send(MAIL);
    expect(server.received[0]?.user).toBe("shop");
    const wrong = await open(auth, "?starttls=never", "shop:wrong@");
    const error = await failure(wrong.mailer.send(MAIL));
    expect(error).toBeInstanceOf(MailUnavailable);
    expect(error?.message).not.toContain("wrong");
  });

  test("encrypted, by STARTTLS and from the first byte, where the certificate is vouched for", async (context) => {
    const made = certificate();
    if (!made) return context.skip("there is no openssl on the PATH to make a certificate with");
    for (const secure of [false, true]) {
      const server = await startMailServer({ ...made, secure, hideSTARTTLS: false });
      closers.push(server.close);
      const url = `${secure ? "smtps" : "smtp"}://127.0.0.1:${server.port}`;
      const mailer = createSmtpMailer({ url, from: FROM, ca: made.cert });
      closers.push(mailer.close);
      await mailer.send(MAIL);
      expect(server.received).toMatchObject([{ secure: true }]);
      const stranger = createSmtpMailer({ url, from: FROM });
      closers.push(stranger.close);
      expect(await failure(stranger.send(MAIL))).toBeInstanceOf(MailUnavailable);
    }
    return undefined;
  });

  test("without leave, no mail goes over a line that is not encrypted", async () => {
    const { server, mailer } = await open({}, "");
    expect(await failure(mailer.send(MAIL))).toBeInstanceOf(MailUnavailable);
    expect(server.received).toEqual([]);
  });

  test.each([
    ["550 for the recipient: refused for ever", { onRcptTo: (_address, _session, done) => done(reply(550, "no such mailbox")) }, MailRefused],
    ["450 for the recipient: later", { onRcptTo: (_address, _session, done) => done(reply(450, "greylisted")) }, Error],
    ["552 for the data: refused for ever", { onData: (stream, _session, done) => void stream.resume().on("end", () => done(reply(552, "too large"))) }, MailRefused],
    ["451 for the data: later", { onData: (stream, _session, done) => void stream.resume().on("end", () => done(reply(451, "try later"))) }, Error],
    ["550 for the sender: our own fault, everything waits", { onMailFrom: (_address, _session, done) => done(reply(550, "who are you")) }, MailUnavailable],
    ["421: the server closes", { onRcptTo: (_address, _session, done) => done(reply(421, "closing")) }, MailUnavailable],
    ["a server that greets nobody", { onConnect: () => {} }, MailUnavailable],
  ] satisfies [string, SMTPServerOptions, new (...args: never[]) => Error][])("%s", async (_what, options, kind) => {
    const { mailer } = await open(options);
    const error = await failure(mailer.send(MAIL));
    expect(error?.constructor).toBe(kind);
  });

  test("a server that is not there", async () => {
    const { server, mailer } = await open();
    await server.close();
    closers.splice(0, 1);
    expect(await failure(mailer.send(MAIL))).toBeInstanceOf(MailUnavailable);
  });
});

describe.each(["smtp", "files"])("what is refused before it goes out (%s)", (driver) => {
  const make = async () => {
    if (driver === "smtp") {
      const { server, mailer } = await open();
      return { mailer, sent: () => server.received.map(({ mail }) => mail) };
    }
    const dir = mkdtempSync(join(tmpdir(), "mail-"));
    closers.push(async () => rmSync(dir, { recursive: true, force: true }));
    const mailer = createFileMailer({ dir, from: FROM });
    return { mailer, sent: () => Promise.all(readdirSync(dir).map((name) => simpleParser(readFileSync(join(dir, name))))) };
  };

  test.each(["", "ada", "a@b, c@d", "a@b\r\nBcc: c@d", "<a@b>", "Ada <a@b>", "a@b c", "a@", "@b", `${"a".repeat(65)}@b`, "a;b@c", '"a b"@c'])("%j is no recipient", async (to) => {
    const { mailer } = await make();
    expect(await failure(mailer.send({ ...MAIL, to }))).toBeInstanceOf(MailRefused);
  });

  test("a line break in a subject begins no header", async () => {
    const { mailer, sent } = await make();
    await mailer.send({ ...MAIL, subject: "Hello\r\nBcc: everyone@example.com\r\n\r\n<b>" });
    const [mail] = await sent();
    expect(mail?.subject).toBe("Hello Bcc: everyone@example.com <b>");
    expect(mail?.headers.has("bcc")).toBe(false);
  });
});

describe("as files", () => {
  test("each mail is a file that mail programs read, for its owner alone; sent again it takes the place of its copy; the oldest go", async () => {
    const dir = mkdtempSync(join(tmpdir(), "mail-"));
    try {
      const mailer = createFileMailer({ dir: join(dir, "mail"), from: FROM, kept: 3 });
      await mailer.send(MAIL);
      await mailer.send({ ...MAIL, subject: "again" });
      const names = () => readdirSync(join(dir, "mail")).sort();
      expect(names()).toHaveLength(1);
      const file = join(dir, "mail", names()[0] as string);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(await simpleParser(readFileSync(file))).toMatchObject({ subject: "again", html: MAIL.html, text: MAIL.text });
      for (let n = 0; n < 5; n += 1) await mailer.send({ ...MAIL, messageId: `<${n}@shop.example>` });
      expect(names()).toHaveLength(3);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

import { join } from "node:path";
import { expect, test } from "vitest";
import { type AccountMailData, type Message, MESSAGES, renderAccountMail } from "../mail/render.ts";

const link = "https://shop.example/account/verify?token=0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
const withToken: AccountMailData = { shop: "Martgraph", name: "Ada", link, lasts: "30 minutes" };
const EXAMPLES: Readonly<Record<Message, AccountMailData>> = {
  verifyEmail: { ...withToken, name: null, lasts: "2 days" },
  accountExists: { shop: "Martgraph", name: null, link: "https://shop.example/account/reset" },
  resetPassword: withToken,
  changeEmail: { ...withToken, lasts: "an hour" },
  emailChangeNotice: { shop: "Martgraph", name: "Ada", link: "https://shop.example/account/reset" },
  dataExport: { ...withToken, link: "https://shop.example/account/export?token=0123456789abcdefghijklmnopqrstuvwxyzABCDEFG", lasts: "7 days" },
  passwordChanged: { shop: "Martgraph", name: "Ada", link: "https://shop.example/account/reset" },
};

test.each(MESSAGES)("%s reads as it was reviewed", async (message) => {
  const { subject, text, html } = renderAccountMail(message, EXAMPLES[message]);
  await expect(`Subject: ${subject}\n\n${text}\n${"=".repeat(20)}\n\n${html}`).toMatchFileSnapshot(join(import.meta.dirname, "..", "mail", "golden", `${message}.txt`));
});

test("a name stays text, in both forms, and never begins a line of its own", () => {
  const { subject, text, html } = renderAccountMail("resetPassword", { ...withToken, name: "<script>alert(1)</script>{{link}} \u202Eexe\r\nBcc: everyone@example.com" });
  expect(html).not.toMatch(/<script/i);
  expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;{{link}} exe Bcc: everyone@example.com");
  expect(`${subject}${text}`).not.toMatch(/[\r\u202a-\u202e]|^Bcc/m);
});

import { expect, test } from "vitest";
import { join } from "node:path";
import { type MailData, type Message, MESSAGES, renderMail } from "../mail/render.ts";

const shop = "The Lantern House";
const lines = [{ quantity: "2", name: "White Hanging Heart", amount: "3.00 GBP" }, { quantity: "1", name: "Party Bunting", amount: "0.125 GBP" }];
const parcel = lines.map(({ quantity, name }) => ({ quantity, name }));
const base = { shop, name: "Ada", number: "1000001" };
const EXAMPLES: Readonly<Record<Message, MailData>> = {
  orderConfirmation: {
    ...base, lines, address: ["Ada Lovelace", "12 St James's Square", "SW1Y 4JH London", "GB"],
    totals: [{ label: "Discount", amount: "-0.50 GBP" }, { label: "Shipping", amount: "2.00 GBP" }, { label: "Total", amount: "4.62 GBP" }],
  },
  orderCancelled: { ...base, reason: "ordered twice", hasRefund: true },
  linesCancelled: { ...base, lines: parcel.slice(1), reason: null, hasRefund: true },
  shipped: { ...base, lines: parcel, carrier: "Royal Mail", trackingNumber: "RM123456785GB", trackingUrl: "https://track.example/RM123456785GB?a=1&b=2" },
  delivered: { ...base, lines: parcel },
  returnRequested: { ...base, lines: parcel.slice(0, 1), returnNumber: "1000001-R1" },
  returnReceived: { ...base, lines: parcel.slice(0, 1), returnNumber: "1000001-R1" },
  returnApproved: { ...base, lines: parcel.slice(0, 1), returnNumber: "1000001-R1", hasRefund: true, hasExchange: false },
  returnRejected: { ...base, lines: parcel.slice(0, 1), returnNumber: "1000001-R1" },
  refundPaid: { ...base, refund: "1.50 GBP" },
  paymentFailed: { shop, name: null, total: "4.62 GBP" },
};

test.each(MESSAGES)("%s reads as it was reviewed", async (message) => {
  const { subject, text, html } = renderMail(message, EXAMPLES[message]);
  await expect(`Subject: ${subject}\n\n${text}\n${"=".repeat(20)}\n\n${html}`).toMatchFileSnapshot(join(import.meta.dirname, "..", "mail", "golden", `${message}.txt`));
});

const NASTY = "<script>alert(1)</script>{{shop}} \u202Etxt.exe\u202C\r\nBcc: everyone@example.com";

test("what stands in a product's or a person's name stays text, in both forms, and never begins a line of its own", () => {
  const { subject, text, html } = renderMail("orderConfirmation", { ...EXAMPLES.orderConfirmation, name: NASTY, number: NASTY, lines: [{ quantity: "1", name: NASTY, amount: "1" }], address: [NASTY] });
  expect(html).not.toMatch(/<script/i);
  expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;{{shop}} txt.exe Bcc: everyone@example.com");
  expect(text).toContain("1 x <script>alert(1)</script>{{shop}} txt.exe Bcc: everyone@example.com");
  expect(`${subject}${text}${html}`).not.toMatch(/[\r\u202a-\u202e]|^Bcc/m);
  expect(subject).not.toContain("\n");
});

test("a link cannot break out of its place", () => {
  const { html } = renderMail("shipped", { ...EXAMPLES.shipped, trackingUrl: 'https://track.example/"><img src=x onerror=alert(1)>' });
  expect(html).not.toContain("<img");
});

test("what is not known is left out", () => {
  const { text, html } = renderMail("shipped", { ...base, name: null, lines: parcel, carrier: null, trackingNumber: null, trackingUrl: null });
  expect(`${text}${html}`).not.toMatch(/null|undefined|Tracking|Follow|Hello Ada/);
  expect(text).toMatch(/^Hello,\n/);
});

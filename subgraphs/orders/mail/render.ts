import { readFileSync } from "node:fs";
import { join } from "node:path";
import Handlebars from "handlebars";

export const MESSAGES = [
  "orderConfirmation", "orderCancelled", "linesCancelled", "shipped", "delivered", "returnRequested", "returnReceived", "returnApproved", "returnRejected", "refundPaid", "paymentFailed",
] as const;
export type Message = (typeof MESSAGES)[number];

/** What a template can show. Amounts are text already. */
export interface MailData {
  readonly shop: string;
  readonly name: string | null;
  readonly number?: string;
  readonly lines?: readonly { quantity: string; name: string; amount?: string }[];
  readonly totals?: readonly { label: string; amount: string }[];
  readonly address?: readonly string[];
  readonly reason?: string | null;
  readonly carrier?: string | null;
  readonly trackingNumber?: string | null;
  readonly trackingUrl?: string | null;
  readonly returnNumber?: string;
  readonly hasRefund?: boolean;
  readonly hasExchange?: boolean;
  readonly refund?: string;
  readonly total?: string;
}

export interface Rendered {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const read = (name: string) => readFileSync(join(import.meta.dirname, "templates", `${name}.hbs`), "utf8");
/** No helper but the language's own is known: what stands in the data is shown and never run. */
const OPTIONS = { knownHelpersOnly: true, noEscape: false } as const;

const html = Handlebars.create();
html.registerPartial({ layout: read("layout.html"), lines: read("lines.html") });
const text = Handlebars.create();
text.registerPartial("lines", text.compile(read("lines.txt"), { ...OPTIONS, noEscape: true }));

const templates = new Map(MESSAGES.map((message) => {
  const source = read(`${message}.txt`);
  const cut = source.indexOf("\n");
  const plain = (part: string) => text.compile<MailData>(part, { ...OPTIONS, noEscape: true });
  return [message, { subject: plain(source.slice(0, cut)), text: plain(source.slice(cut + 1)), html: html.compile<MailData & { subject: string }>(read(`${message}.html`), OPTIONS) }] as const;
}));

/** A message as subject, text and HTML. The templates lie beside this file; the first line of a .txt is the subject. */
export function renderMail(message: Message, data: MailData): Rendered {
  const template = templates.get(message);
  if (!template) throw new Error(`there is no template ${message}`);
  const safe = clean(data) as MailData;
  const subject = template.subject(safe);
  return { subject, text: `${template.text(safe).replaceAll(/\n{3,}/g, "\n\n").trim()}\n`, html: template.html({ ...safe, subject }) };
}

/** Control characters, and those that turn the direction of writing, could make a name look like another part of the mail. */
function clean(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll(/[\s\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/gu, " ").trim();
  if (Array.isArray(value)) return value.map(clean);
  if (value !== null && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, clean(one)]));
  return value;
}

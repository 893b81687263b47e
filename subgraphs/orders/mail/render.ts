import { join } from "node:path";
import { mailTemplates } from "#platform/mail/mailTemplates.ts";

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

/** A message as subject, text and HTML. The templates lie beside this file; the first line of a .txt is the subject. */
export const renderMail = mailTemplates<Message, MailData>(join(import.meta.dirname, "templates"), MESSAGES, ["lines"]);

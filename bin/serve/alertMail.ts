import type { EventConsumer, RelayedEvent } from "#platform/events/relay/consumer.ts";
import { type ComposedMail, mailConsumer, type MailOptions } from "#platform/mail/mailConsumer.ts";

export const ALERT_MAIL_TYPES: readonly string[] = ["DataIncidentOpened", "DataIncidentClosed"];

const WHAT: Readonly<Record<string, string>> = { REJECTED: "a build was refused", ANOMALY: "a build was refused by its own history", STALE: "the numbers are too old", CAPTURE: "the warehouse loses touch with the shop" };
const NEXT: Readonly<Record<string, string>> = {
  REJECTED: "`martgraph quality report` shows which checks are red. After the repair the next build publishes by itself.",
  ANOMALY: "`martgraph quality report` shows what differs. If the shop really was so, `martgraph quality accept --reason \"...\"` lets the next build pass.",
  CAPTURE: "`martgraph capture status` shows how far it is; `martgraph pipeline run` takes over what the shop committed.",
  STALE: "`martgraph pipeline status` shows why no build was published. Answers say isStale until one is.",
};

/** One queue for each address, so that a mailbox that refuses holds nobody else's mail up. */
export function alertConsumers(addresses: readonly string[], options: Pick<MailOptions, "db" | "mailer" | "domain" | "log"> & { shop: string }): EventConsumer[] {
  const { shop, ...rest } = options;
  return addresses.map((to, index) => mailConsumer({ ...rest, name: `alerts_${index + 1}`, types: ALERT_MAIL_TYPES, compose: async (event) => composeAlertMail({ shop, to, index }, event) }));
}

/** The mail about an incident. It is told once per incident and address, also when a crash writes its event twice. */
export function composeAlertMail({ shop, to, index }: { shop: string; to: string; index: number }, { type, payload }: Pick<RelayedEvent, "type" | "payload">): ComposedMail {
  const isOver = type === "DataIncidentClosed";
  const kind = String(payload["kind"]);
  const lines = isOver
    ? [`This is over since ${String(payload["closedAt"])}:`, String(payload["message"]), "The numbers can be trusted again."]
    : [String(payload["message"]), `It began at ${String(payload["openedAt"])}.`, NEXT[kind] ?? ""];
  return {
    message: `${isOver ? "incident-over" : "incident"}-${index + 1}`,
    onceFor: String(payload["incidentId"]),
    to,
    subject: `${shop}: ${isOver ? "over: " : ""}${WHAT[kind] ?? "the warehouse needs a person"}`,
    text: `${lines.join("\n\n")}\n`,
    html: `<!doctype html><html lang="en"><body style="font:16px/1.5 sans-serif">${lines.map((line) => `<p>${escaped(line)}</p>`).join("")}</body></html>`,
  };
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

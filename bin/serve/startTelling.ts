import { join } from "node:path";
import { busConsumer } from "#platform/bus/busConsumer.ts";
import { alertSettings, tellingSettings, webSettings } from "#platform/config.ts";
import { Database } from "#platform/db/database.ts";
import type { EventConsumer } from "#platform/events/relay/consumer.ts";
import { relayMetrics } from "#platform/events/relay/metrics.ts";
import { startRelay } from "#platform/events/relay/relay.ts";
import { startWebhooks } from "#platform/webhooks/sender.ts";
import { mailConsumer } from "#platform/mail/mailConsumer.ts";
import type { Mailer } from "#platform/mail/mailer.ts";
import type { Installation } from "../install/installation.ts";
import { alertConsumers } from "./alertMail.ts";
import { startAlerts } from "./startAlerts.ts";

export interface Telling {
  /** Prometheus text: how far it is behind. */
  metrics(): Promise<string>;
  /** Says where the gateway serves: links of mails lead there where no other address is set. */
  servedAt(url: string): void;
}

/** A connection for each loop of the relay, and some for the webhooks. */
const CONNECTIONS = 12;
const STATEMENT_TIMEOUT_MS = 30_000;

/**
 * Tells what happens in the shop: to webhooks, to buyers by mail and, where brokers are set, to the event bus. It works beside the graph, in one process
 * or split, and is closed with the installation: nothing new is begun, what is under way ends.
 */
export async function startTelling(installation: Installation): Promise<Telling> {
  const { lifecycle, databases } = installation;
  const log = installation.log.child({ part: "telling" });
  const settings = tellingSettings();
  const db = Database.open(databases.as("martgraph_relay", { max: CONNECTIONS, applicationName: "martgraph relay", statementTimeoutMs: STATEMENT_TIMEOUT_MS }), {
    onError: (error) => log.warn({ error }, "idle connection lost"),
  });
  lifecycle.onClose("relay database", () => db.close());
  const webhooks = startWebhooks({ db, log, allowPrivate: settings.allowPrivateWebhooks });
  lifecycle.onClose("webhooks", () => webhooks.stop());
  const consumers: EventConsumer[] = [webhooks.consumer];
  if (settings.kafkaBrokers.length > 0) {
    const { createKafkaBus } = await import("#platform/bus/kafka.ts");
    const bus = createKafkaBus({ brokers: settings.kafkaBrokers, log });
    lifecycle.onClose("event bus", () => bus.close());
    consumers.push(busConsumer(bus));
  }
  const { mailer, shop, domain } = await openMailer(installation.dir.root, settings);
  lifecycle.onClose("mail", () => mailer.close());
  const { composeOrderMail, MAIL_TYPES } = await import("#subgraphs/orders/mail/orderMail.ts");
  const { ACCOUNT_MAIL_TYPES, composeAccountMail } = await import("#subgraphs/users/mail/accountMail.ts");
  const { composeExportMail, EXPORT_MAIL_TYPES } = await import("#subgraphs/users/mail/exportMail.ts");
  let webUrl = webSettings().shopWebUrl;
  const account = { db, shop, webUrl: () => webUrl };
  consumers.push(mailConsumer({
    db, mailer, types: [...MAIL_TYPES, ...ACCOUNT_MAIL_TYPES, ...EXPORT_MAIL_TYPES], domain, log,
    compose(event) {
      if (EXPORT_MAIL_TYPES.includes(event.type)) return composeExportMail(account, event);
      return ACCOUNT_MAIL_TYPES.includes(event.type) ? composeAccountMail(account, event) : composeOrderMail(db, shop, event);
    },
  }));
  consumers.push(...alertConsumers(alertSettings().mailTo, { db, mailer, shop, domain, log }));
  const alerts = startAlerts(installation);
  const relay = await startRelay({ db, consumers, log });
  lifecycle.onClose("relay", () => relay.stop());
  return {
    async metrics() {
      const texts = await Promise.all([relayMetrics(db), alerts.metrics()]);
      return texts.map((text) => text.trimEnd()).join("\n").concat("\n");
    },
    servedAt(url) {
      const at = new URL(url);
      // An address to listen at is none to call where it stands for all of them.
      if (["0.0.0.0", "[::]"].includes(at.hostname)) at.hostname = "localhost";
      webUrl ??= at.origin;
    },
  };
}

/** The mail server that is set, else a folder of the data directory. */
async function openMailer(dataDir: string, { smtpUrl, mailFrom }: { smtpUrl?: string; mailFrom: string }): Promise<{ mailer: Mailer; shop: string; domain: string }> {
  const [, display = "", address = mailFrom] = /^(.*)<(.*)>$/.exec(mailFrom) ?? [];
  const domain = address.slice(address.indexOf("@") + 1);
  const shop = display.replaceAll('"', "").trim() || domain;
  if (smtpUrl !== undefined) {
    const { createSmtpMailer } = await import("#platform/mail/smtp.ts");
    return { mailer: createSmtpMailer({ url: smtpUrl, from: mailFrom }), shop, domain };
  }
  const { createFileMailer } = await import("#platform/mail/files.ts");
  return { mailer: createFileMailer({ dir: join(dataDir, "mail"), from: mailFrom }), shop, domain };
}

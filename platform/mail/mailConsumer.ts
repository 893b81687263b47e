import type { Database } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { ConsumerUnavailable, type EventConsumer, EventRefused, type RelayedEvent } from "#platform/events/relay/consumer.ts";
import type { Log } from "#platform/log.ts";
import { type Mail, MailRefused, MailUnavailable, type Mailer } from "./mailer.ts";

const begin = query({
  name: "mail.begin",
  text: `insert into platform.mails as m (event_id, message) values ($1, $2)
    on conflict (event_id, message) do update set begun_at = m.begun_at returning m.sent_at is not null as is_sent`,
  params: ["uuid", "text"],
  row: { is_sent: "bool" },
  budget: { access: "write", maxRows: 1 },
});

const finish = query({
  name: "mail.finish",
  text: "update platform.mails m set sent_at = clock_timestamp(), answer = left($3, 500) where m.event_id = $1 and m.message = $2",
  params: ["uuid", "text", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const prune = query({
  name: "mail.prune",
  text: `delete from platform.mails m where (m.event_id, m.message) in (
      select o.event_id, o.message from platform.mails o where o.begun_at < clock_timestamp() - make_interval(days => $1) order by o.begun_at limit 1000)`,
  params: ["int4"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** A mail that is written: to whom, and what. */
export type ComposedMail = Omit<Mail, "messageId"> & {
  /** Which message it is, `shipped`: an event is told once by each. */
  readonly message: string;
  /** UUID of what it is told once about, where that is not the event: a purchase that several events are about. */
  readonly onceFor?: string;
};

export interface MailOptions {
  /** Logged in as martgraph_relay. */
  readonly db: Database;
  readonly mailer: Mailer;
  /** The types that mails are written for. */
  readonly types: readonly string[];
  /** The mail of an event; undefined when there is nobody to write to or nothing to say. */
  compose(event: RelayedEvent): Promise<ComposedMail | undefined>;
  /** Of its queue; `mail` where not given. */
  readonly name?: string;
  /** Behind the @ of message ids. */
  readonly domain: string;
  readonly log: Log;
}

/** Longer than any event is told again. */
const KEPT_DAYS = 90;
const PRUNE_EVERY_MS = 3_600_000;

/**
 * Writes mails of events, each once: what has been sent is noted by event and message. Between the server's yes and the note lies the
 * one moment in which a crash makes a mail go out twice; SMTP knows no way to ask. Both copies have one message id, by which
 * mailboxes may show one.
 */
export function mailConsumer({ db, mailer, types, compose, domain, log, name = "mail" }: MailOptions): EventConsumer {
  let prunedAt = 0;
  return {
    name,
    types,
    atOnce: 1,
    async handle([event]) {
      if (!event) return;
      if (Date.now() - prunedAt > PRUNE_EVERY_MS) {
        prunedAt = Date.now();
        await db.execute(prune, [KEPT_DAYS]);
      }
      const mail = await compose(event);
      if (!mail) {
        log.info({ event: event.id, type: event.type }, "there is nobody to write to about an event");
        return;
      }
      const { message, onceFor = event.id, ...written } = mail;
      if ((await db.one(begin, [onceFor, message])).is_sent) return;
      const answer = await deliver(mailer, { ...written, messageId: `<${onceFor}.${message}@${domain}>` });
      await db.execute(finish, [onceFor, message, answer]);
    },
  };
}

async function deliver(mailer: Mailer, mail: Mail): Promise<string> {
  try {
    return await mailer.send(mail);
  } catch (error) {
    if (error instanceof MailUnavailable) throw new ConsumerUnavailable(error.message, { cause: error });
    if (error instanceof MailRefused) throw new EventRefused(error.message, { cause: error });
    throw error;
  }
}

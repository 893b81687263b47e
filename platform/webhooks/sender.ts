import { envelopeOf } from "#platform/bus/bus.ts";
import type { Database } from "#platform/db/database.ts";
import { backOffMs, type EventConsumer } from "#platform/events/relay/consumer.ts";
import { Alarm } from "#platform/events/relay/alarm.ts";
import type { Log } from "#platform/log.ts";
import { post } from "./post.ts";
import { claimDeliveries, type DueDelivery, enqueueDeliveries, judgeEndpoint, type PauseRule, pruneDeliveries, releaseDeliveries, settleAttempt } from "./queries.ts";
import { signedHeaders } from "./signature.ts";

export interface WebhookOptions {
  /** Logged in as martgraph_relay. */
  readonly db: Database;
  readonly log: Log;
  /** Also http, and addresses inside. */
  readonly allowPrivate: boolean;
  readonly timeoutMs?: number;
  readonly pollMs?: number;
  /** 16 tries come to about a day. */
  readonly tries?: { readonly most: number; readonly baseMs: number; readonly maxMs: number };
  readonly pause?: PauseRule;
  /** How long deliveries can be looked at and sent again; 30 days where not given. */
  readonly keepSeconds?: number;
}

export interface Webhooks {
  /** Of the relay: puts each event on its way to the endpoints that want it. */
  readonly consumer: EventConsumer;
  stop(): Promise<void>;
}

const TIMEOUT_MS = 10_000;
const POLL_MS = 1_000;
const TRIES = { most: 16, baseMs: 5_000, maxMs: 21_600_000 };
const PAUSE: PauseRule = { failures: 50, seconds: 86_400 };
const KEEP_SECONDS = 30 * 86_400;
const PRUNE_EVERY_MS = 600_000;
/** Tries under way at once: in all, and for one endpoint, so that one that hangs holds up nobody else. */
const SIDE_BY_SIDE = 32;
const PER_ENDPOINT = 8;
const STOP_GRACE_MS = 5_000;

/** Sends what is due, until it is stopped. Any number of senders may run. */
export function startWebhooks({ db, log, allowPrivate, timeoutMs = TIMEOUT_MS, pollMs = POLL_MS, tries = TRIES, pause = PAUSE, keepSeconds = KEEP_SECONDS }: WebhookOptions): Webhooks {
  const [stopping, cutting] = [new AbortController(), new AbortController()];
  const bell = new Alarm();
  const underWay = new Map<DueDelivery, Promise<void>>();
  let prunedAt = 0;

  const sendOne = async (delivery: DueDelivery): Promise<void> => {
    const headers = signedHeaders({ id: delivery.eventId, at: new Date(), body: delivery.body }, delivery.secrets);
    const outcome = await post({ url: delivery.url, body: delivery.body, headers, timeoutMs, allowPrivate, signal: cutting.signal });
    if (outcome.error !== null && cutting.signal.aborted) return releaseDeliveries(db, [delivery.id]);
    const next = delivery.attempts >= tries.most ? undefined : Math.max(backOffMs(delivery.attempts, tries), (outcome.retryAfter ?? 0) * 1000);
    await settleAttempt(db, delivery, outcome, next);
    const fields = { delivery: delivery.id, endpoint: delivery.endpointId, type: delivery.eventType, attempts: delivery.attempts, status: outcome.status, reason: outcome.error };
    if (outcome.error !== null && next === undefined) log.warn(fields, "a webhook could not be delivered and is dead now; webhookRedeliver sends it again");
    if (await judgeEndpoint(db, delivery.endpointId, outcome, pause)) log.warn(fields, "a webhook endpoint is paused; webhookEndpointUpsert sets it going again");
    return undefined;
  };

  /** True when something was taken. */
  const step = async (): Promise<boolean> => {
    if (Date.now() - prunedAt > PRUNE_EVERY_MS) {
      prunedAt = Date.now();
      await pruneDeliveries(db, keepSeconds);
    }
    const free = SIDE_BY_SIDE - underWay.size;
    if (free <= 0) return false;
    const busy = [...new Set([...underWay.keys()].map(({ endpointId }) => endpointId))];
    const taken = await claimDeliveries(db, busy, { perEndpoint: PER_ENDPOINT, most: free, leaseSeconds: (timeoutMs / 1000) * 3 + 10 });
    if (stopping.signal.aborted) await releaseDeliveries(db, taken.map(({ id }) => id));
    else {
      for (const delivery of taken) {
        const sent = sendOne(delivery)
          .catch((error: unknown) => log.warn({ error, delivery: delivery.id }, "what came of a webhook could not be written down; it is sent again"))
          .finally(() => { underWay.delete(delivery); bell.ring(); });
        underWay.set(delivery, sent);
      }
    }
    return taken.length > 0;
  };

  const loop = (async () => {
    while (!stopping.signal.aborted) {
      const isMore = await step().catch((error: unknown) => {
        log.warn({ error }, "webhooks cannot be looked for; the next try follows");
        return false;
      });
      if (!isMore && !stopping.signal.aborted) await bell.sleep(pollMs);
    }
  })();

  return {
    consumer: {
      name: "webhooks",
      atOnce: 200,
      async handle(events) {
        const count = await enqueueDeliveries(db, events.map((event) => ({ id: event.id, type: event.type, body: JSON.stringify(envelopeOf(event)) })));
        if (count > 0) bell.ring();
      },
    },
    async stop() {
      stopping.abort();
      bell.ring();
      const grace = setTimeout(() => cutting.abort(), STOP_GRACE_MS);
      await loop;
      await Promise.all(underWay.values());
      clearTimeout(grace);
    },
  };
}

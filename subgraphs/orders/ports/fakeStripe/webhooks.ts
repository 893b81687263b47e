import { createHmac } from "node:crypto";
import { seeded } from "#platform/seeded.ts";
import type { StoredEvent } from "../fake/store.ts";
import { signatureHeader } from "../stripe/signature.ts";

/** How badly the way to the shop behaves. Nothing of it where not given. */
export interface WebhookFaults {
  /** The same seed misbehaves in the same way. */
  readonly seed: number;
  /** Copies of each event: between 1 and so many. */
  readonly copies?: number;
  /** Each copy waits so long at most, which is also what changes their order. */
  readonly delayMs?: number;
  /** Share of tries that never arrive; they are made again. */
  readonly loss?: number;
  /** Forged events per copy. */
  readonly forged?: number;
}

export interface WebhookTarget {
  readonly url: string;
  readonly secret: string;
  readonly faults?: WebhookFaults;
  /** Before the second try; doubles each time. Stripe's own begins with seconds and goes on for three days. */
  readonly retryMs?: number;
  readonly attempts?: number;
  readonly concurrency?: number;
}

export interface WebhookCounts {
  /** Copies that arrived and were answered with 2xx. */
  delivered: number;
  tries: number;
  forged: number;
  /** Forged ones that were answered with 2xx: must stay 0. */
  forgedAccepted: number;
  /** Copies given up on. */
  abandoned: number;
}

export interface WebhookSender {
  send(events: readonly StoredEvent[]): void;
  /** Resolves when nothing is left to be sent. */
  idle(): Promise<void>;
  readonly counts: Readonly<WebhookCounts>;
  close(): Promise<void>;
}


/** A body and header that the provider did not sign, or not so, or not now. */
export function forge(body: string, secret: string, now: Date, random: () => number): { body: Buffer; signature: string | undefined } {
  const bytes = Buffer.from(body);
  const genuine = signatureHeader(bytes, secret, now);
  switch (Math.floor(random() * 7)) {
    case 0: return { body: bytes, signature: signatureHeader(bytes, "whsec_of_somebody_else", now) };
    case 1: return { body: Buffer.from(body.replace(/"amount":(\d)/, '"amount":9$1')), signature: body.includes('"amount":') ? genuine : `${genuine.slice(0, -2)}zz` };
    case 2: return { body: bytes, signature: genuine.replace("v1=", "v0=") };
    case 3: return { body: bytes, signature: signatureHeader(bytes, secret, new Date(now.getTime() - 3_600_000)) };
    case 4: return { body: bytes, signature: signatureHeader(bytes, secret, new Date(now.getTime() + 3_600_000)) };
    case 5: return { body: bytes, signature: `t=${Math.floor(now.getTime() / 1000)},v1=${createHmac("sha256", "").update(`.${body}`).digest("hex")}` };
    default: return { body: bytes, signature: undefined };
  }
}

interface Copy { readonly event: StoredEvent; readonly attempt: number }

/** Posts events to the shop, signed, again and again until one try of each copy is answered with 2xx. */
export function webhookSender({ url, secret, faults, retryMs = 200, attempts = 12, concurrency = 16 }: WebhookTarget, delivered: (id: string) => void = () => {}): WebhookSender {
  const random = seeded(faults?.seed ?? 1);
  const counts: WebhookCounts = { delivered: 0, tries: 0, forged: 0, forgedAccepted: 0, abandoned: 0 };
  const queue: (() => Promise<void>)[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const waiting: (() => void)[] = [];
  let running = 0;
  let closed = false;

  const rest = (): void => {
    if (running === 0 && queue.length === 0 && timers.size === 0) for (const done of waiting.splice(0)) done();
  };
  const pump = (): void => {
    while (running < concurrency && queue.length > 0) {
      running += 1;
      void (queue.shift() as () => Promise<void>)().finally(() => {
        running -= 1;
        pump();
      });
    }
    rest();
  };
  const later = (ms: number, work: () => Promise<void>): void => {
    if (closed) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      queue.push(work);
      pump();
    }, ms);
    timers.add(timer);
  };

  async function post(body: Uint8Array, signature: string | undefined): Promise<boolean> {
    try {
      const response = await fetch(url, { method: "POST", body: new Uint8Array(body), headers: { "content-type": "application/json; charset=utf-8", ...(signature ? { "stripe-signature": signature } : {}) }, signal: AbortSignal.timeout(20_000) });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }

  async function tryOne({ event, attempt }: Copy): Promise<void> {
    if (closed) return;
    if (random() < (faults?.forged ?? 0)) {
      const { body, signature } = forge(event.body, secret, new Date(), random);
      counts.forged += 1;
      if (await post(body, signature)) counts.forgedAccepted += 1;
    }
    counts.tries += 1;
    const body = Buffer.from(event.body);
    const arrived = random() >= (faults?.loss ?? 0) && (await post(body, signatureHeader(body, secret, new Date())));
    if (arrived) {
      counts.delivered += 1;
      delivered(event.id);
    } else if (attempt >= attempts) counts.abandoned += 1;
    else later(Math.min(retryMs * 2 ** (attempt - 1), 30_000), () => tryOne({ event, attempt: attempt + 1 }));
  }

  return {
    counts,
    send(events) {
      for (const event of events) {
        const copies = 1 + Math.floor(random() * (faults?.copies ?? 1));
        for (let copy = 0; copy < copies; copy += 1) later(random() * (faults?.delayMs ?? 0), () => tryOne({ event, attempt: 1 }));
      }
    },
    idle: () => new Promise<void>((done) => {
      waiting.push(done);
      rest();
    }),
    async close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      queue.length = 0;
      if (running > 0) await new Promise<void>((done) => waiting.push(done));
    },
  };
}

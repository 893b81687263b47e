import { err, ok, type Result } from "#schema/values/result.ts";
import type { Database } from "#platform/db/database.ts";
import type { Commanded } from "../context.ts";
import { MAX_EVENTS, readEvents, type Rejection, type SentEvent } from "../domain/behaviour.ts";
import { readTouch, type SentTouch } from "../domain/touch.ts";
import { ensureBehaviourMonth, insertBehaviour } from "../queries/behaviour.ts";

export interface Tracked {
  readonly accepted: number;
  readonly repeated: number;
  readonly withoutConsent: number;
  readonly rejected: readonly Rejection[];
}
export type TrackRefusal = { code: "TOO_MANY_EVENTS" };

/** Months whose table this process has seen, per database: asking once a month is enough. */
const months = new WeakMap<Database, Set<string>>();

/** Stores what a visitor did. Without consent nothing is stored, not even that somebody was there. */
export async function trackEvents({ db, clocks, viewer }: Commanded, input: { consent: boolean; sessionId: string; events: readonly SentEvent[]; touch?: SentTouch | null | undefined; device?: string | null | undefined }): Promise<Result<Tracked, TrackRefusal>> {
  if (input.events.length === 0 || input.events.length > MAX_EVENTS) return err({ code: "TOO_MANY_EVENTS" });
  if (!input.consent) return ok({ accepted: 0, repeated: 0, withoutConsent: input.events.length, rejected: [] });
  const wall = clocks.wall.now();
  // To the second, so that an event sent again, a moment later by both clocks, gets the same time.
  const offsetMs = Math.round((clocks.business.now().getTime() - wall.getTime()) / 1000) * 1000;
  const { events, rejected } = readEvents(input.events, wall, offsetMs);
  if (events.length === 0) return ok({ accepted: 0, repeated: 0, withoutConsent: 0, rejected });
  for (const { occurredAt } of events) await ensureMonth(db, occurredAt);
  const stored = await insertBehaviour(db, { sessionId: input.sessionId, userId: viewer.userId, device: input.device ?? null, ...readTouch(input.touch) }, events);
  const unknown = events.flatMap(({ index }, place): Rejection[] => (stored[place] === "UNKNOWN_PRODUCT" ? [{ index, code: "UNKNOWN_PRODUCT", field: "productId" }] : []));
  return ok({
    accepted: stored.filter((one) => one === "NEW").length,
    repeated: stored.filter((one) => one === "REPEATED").length,
    withoutConsent: 0,
    rejected: [...rejected, ...unknown].sort((one, other) => one.index - other.index),
  });
}

async function ensureMonth(db: Database, at: Date): Promise<void> {
  const seen = months.get(db) ?? new Set<string>();
  months.set(db, seen);
  const month = at.toISOString().slice(0, 7);
  if (seen.has(month)) return;
  await ensureBehaviourMonth(db, at);
  seen.add(month);
}

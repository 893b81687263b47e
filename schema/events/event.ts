import type { z } from "zod";

/** The contract of one kind of event: what consumers of the outbox, webhooks and the event bus may rely on. */
export interface EventType {
  /** In the past tense, `OrderPlaced`. */
  readonly type: string;
  /** Counts up when a field changes its meaning or goes; a new field does not change it. */
  readonly version: number;
  /** What it happens to, `order`. */
  readonly aggregate: string;
  /** One or two sentences: when it is written. */
  readonly description: string;
  /** Every field described; amounts as decimal text, ids as in the API or UUID text as the field says. */
  readonly payload: z.ZodObject;
}

/** A contract as a value that keeps the payload's own shape. List it in registry.ts. */
export function defineEvent<const T extends EventType>(event: T): T {
  return event;
}

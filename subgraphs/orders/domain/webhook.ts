/** Who is told of events over HTTP. */
export interface WebhookEndpoint {
  readonly id: string;
  readonly url: string;
  readonly description: string;
  /** Null: all. */
  readonly eventTypes: readonly string[] | null;
  readonly state: "ACTIVE" | "PAUSED" | "DISABLED";
  readonly pausedReason: string | null;
  readonly failingSince: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type WebhookDeliveryState = "PENDING" | "DELIVERED" | "DEAD";

export interface WebhookDelivery {
  readonly id: string;
  readonly endpointId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly state: WebhookDeliveryState;
  readonly tries: number;
  readonly dueAt: Date;
  readonly body: string;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

export interface WebhookAttempt {
  readonly deliveryId: string;
  readonly number: number;
  readonly at: Date;
  readonly durationMs: number;
  readonly status: number | null;
  readonly error: string | null;
  readonly answer: string | null;
}

export const MAX_ENDPOINTS = 50;
export const MAX_DESCRIPTION = 200;
export const MAX_TYPES = 100;
/** How long the secret before goes on signing after a rotation. */
export const OVERLAP_HOURS = 24;

/** What is wrong with a filter of event types, as a sentence; undefined when nothing is. */
export function refuseTypes(types: readonly string[] | null, known: ReadonlySet<string>): string | undefined {
  if (types === null) return undefined;
  if (types.length < 1 || types.length > MAX_TYPES) return `Name 1 to ${MAX_TYPES} types, or give null for all.`;
  const unknown = types.find((type) => !known.has(type));
  if (unknown !== undefined) return `There is no event "${unknown.slice(0, 60)}": choose from the known ones.`;
  return new Set(types).size === types.length ? undefined : "A type is named twice: name it once.";
}

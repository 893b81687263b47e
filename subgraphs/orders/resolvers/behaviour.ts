import { toUserError, type Renderers } from "#kit/userError.ts";
import { decodeId } from "#schema/values/ids.ts";
import { trackEvents, type TrackRefusal } from "../commands/trackEvents.ts";
import type { OrdersContext } from "../context.ts";
import { type BehaviourType, MAX_EVENTS, type Rejection, type RejectionCode } from "../domain/behaviour.ts";
import type { SentTouch } from "../domain/touch.ts";

interface EventInput {
  id: string; type: BehaviourType; occurredAt: Date; productId?: string | null; searchText?: string | null; checkoutStep?: string | null;
  resultCount?: number | null; position?: number | null; orderId?: string | null;
}
interface TrackEventsInput { consent: boolean; sessionId: string; touch?: SentTouch | null; device?: string | null; events: EventInput[] }

const errors: Renderers<TrackRefusal> = {
  TOO_MANY_EVENTS: () => ({ message: `One call names 1 to ${MAX_EVENTS} events: send the rest in another call.`, path: ["input", "events"], fields: { limit: MAX_EVENTS } }),
};

const REASONS: Readonly<Record<RejectionCode, (field: string) => string>> = {
  WRONG_TIME: () => "`occurredAt` must lie within the last 24 hours and at most 5 minutes ahead.",
  UNKNOWN_PRODUCT: () => "`productId` names no product of this shop.",
  FIELD_MISSING: (field) => `An event of this type needs \`${field}\`.`,
  FIELD_NOT_ALLOWED: (field) => `An event of this type has no \`${field}\`.`,
  TEXT_TOO_LONG: () => "`searchText` may have at most 200 characters.",
  OUT_OF_RANGE: (field) => (field === "position" ? "`position` counts from 1 and ends at 100000." : "`resultCount` counts from 0 and ends at 100000000."),
  UNKNOWN_ORDER: () => "`orderId` is no id of an order.",
  SAME_ID_TWICE: () => "The id stands twice in this call: give each event its own.",
};

export const behaviourResolvers = {
  Mutation: {
    async trackEvents(_root: unknown, { input }: { input: TrackEventsInput }, context: OrdersContext) {
      const events = input.events.map((event) => ({
        id: event.id, type: event.type, occurredAt: event.occurredAt, searchText: event.searchText ?? undefined, step: event.checkoutStep ?? undefined,
        productId: event.productId == null ? undefined : (decodeId("prd", event.productId) ?? null), results: event.resultCount ?? undefined,
        position: event.position ?? undefined, orderId: event.orderId == null ? undefined : (decodeId("ord", event.orderId) ?? null),
      }));
      const outcome = await trackEvents(context, { consent: input.consent, sessionId: input.sessionId, touch: input.touch, device: input.device, events });
      return outcome.ok ? { __typename: "TrackEventsSuccess", ...outcome.value } : toUserError(errors, outcome.error);
    },
  },
  RejectedEvent: {
    message: ({ code, field }: Rejection) => REASONS[code](field),
  },
};

import type { Tx } from "#platform/db/database.ts";
import { writeEvents } from "#platform/events/outbox.ts";
import type { StoredPromotion } from "./promotionAdmin.ts";

/** Tells that a promotion was made, changed or switched off. */
export async function tellOfPromotion(tx: Tx, promotion: StoredPromotion, at: Date): Promise<void> {
  await writeEvents(tx, [{
    aggregate: "promotion", aggregateId: promotion.id, type: "PromotionChanged", occurredAt: at,
    payload: {
      promotionId: promotion.id, version: promotion.version, name: promotion.name, kind: promotion.benefit.kind, isActive: promotion.isActive, needsCode: promotion.needsCode,
      startsAt: promotion.conditions.startsAt?.toISOString() ?? null, endsAt: promotion.conditions.endsAt?.toISOString() ?? null,
    },
  }]);
}

import { err, ok, type Result } from "#schema/values/result.ts";
import { type InvalidValue, invalid } from "./draftRefusal.ts";
import type { ProductStatus } from "./product.ts";
import type { ProductDraft } from "./productInput.ts";

export type StatusAction = "PUBLISH" | "UNPUBLISH" | "ARCHIVE" | "RESTORE";
export type StatusRefusal = InvalidValue | { code: "INVALID_PRODUCT_STATUS"; status: ProductStatus; action: StatusAction };

interface Planned {
  readonly status: ProductStatus;
  readonly publishAt: Date | null;
  readonly unpublishAt: Date | null;
}
type StatusChange = Pick<ProductDraft, "status" | "publishAt" | "unpublishAt">;

const MAX_YEARS_AHEAD = 10;

/** What an action changes of a product; `at` in the future plans it, undefined or past does it now. */
export function decideStatus(action: StatusAction, product: Planned, { at, now }: { at: Date | undefined; now: Date }): Result<StatusChange, StatusRefusal> {
  const { status, publishAt, unpublishAt } = product;
  const refuse = () => err({ code: "INVALID_PRODUCT_STATUS" as const, status, action });
  const latest = new Date(now);
  latest.setUTCFullYear(latest.getUTCFullYear() + MAX_YEARS_AHEAD);
  if (at && at > latest) return err(invalid(["at"], `It can be planned for ${MAX_YEARS_AHEAD} years ahead at most.`));
  const later = at && at > now ? at : undefined;
  switch (action) {
    case "PUBLISH":
      if (status === "ARCHIVED") return refuse();
      if (status === "ACTIVE") return ok({});
      if (later && unpublishAt && later >= unpublishAt) return err(invalid(["at"], `It is to leave the shop on ${unpublishAt.toISOString()}, before that: call that off by productUnpublish, or publish it earlier.`));
      // An end that has passed meanwhile was meant for the sale before.
      return ok(later ? { publishAt: later } : { status: "ACTIVE", publishAt: null, ...(unpublishAt && unpublishAt <= now ? { unpublishAt: null } : {}) });
    case "UNPUBLISH":
      if (status === "ARCHIVED" || (later && status === "DRAFT" && !publishAt)) return refuse();
      if (!later) return ok({ ...(status === "ACTIVE" ? { status: "DRAFT" } : {}), publishAt: null, unpublishAt: null });
      if (status === "DRAFT" && publishAt && later <= publishAt) return err(invalid(["at"], `It goes on sale on ${publishAt.toISOString()}: it can leave the shop after that.`));
      return ok({ unpublishAt: later });
    case "ARCHIVE":
      return ok({ status: "ARCHIVED", publishAt: null, unpublishAt: null });
    case "RESTORE":
      return status === "ARCHIVED" ? ok({ status: "DRAFT" }) : refuse();
  }
}

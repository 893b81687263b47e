import { allow, role, when, type Guards } from "#kit/guard.ts";
import { hasRole } from "#kit/viewer.ts";
import { decodeId } from "#schema/values/ids.ts";

/** Who a person is recommended what tells what they bought: the person's own business, and the shop's. */
const selfOrStaff = when<{ id: string }>("the person, SUPPORT, ANALYST or ADMIN", (viewer, user) =>
  (viewer.userId !== null && decodeId("usr", user.id) === viewer.userId) || hasRole(viewer, "SUPPORT", "ANALYST", "ADMIN"));

export const guards: Guards = {
  User: { id: allow, recommendations: selfOrStaff, churnRisk: role("ADMIN", "ANALYST") },
  Product: { id: allow, similar: allow },
  RecommendationList: allow,
  Recommendation: allow,
  ChurnRisk: role("ADMIN", "ANALYST"),
};

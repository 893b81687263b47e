import { allow, anyOf, permission, when, type Guards } from "#kit/guard.ts";
import { decodeId } from "#schema/values/ids.ts";

/** Who a person is recommended what tells what they bought: the person's own business, and the shop's. */
const themselves = when<{ id: string }>("the person", (viewer, user) => viewer.userId !== null && decodeId("usr", user.id) === viewer.userId);

export const guards: Guards = {
  User: { id: allow, recommendations: anyOf(themselves, permission("recommendations.read")), churnRisk: permission("predictions.read") },
  Product: { id: allow, similar: allow },
  RecommendationList: allow,
  Recommendation: allow,
  ChurnRisk: permission("predictions.read"),
};

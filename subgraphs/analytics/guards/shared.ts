import { anyOf, permission } from "#kit/guard.ts";

export const analysts = permission("metrics.read");
export const listers = anyOf(permission("metrics.list"), analysts);
export const engineers = permission("quality.read");

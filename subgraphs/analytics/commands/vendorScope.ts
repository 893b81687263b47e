import { forbidden } from "#kit/errors.ts";
import { can, type Viewer } from "#kit/viewer.ts";

/** The vendors whose rows alone the viewer may see; null for whoever may see all. @throws FORBIDDEN for whoever may see none */
export function vendorScope(viewer: Viewer): readonly string[] | null {
  if (can(viewer, "metrics.read")) return null;
  if (!can(viewer, "metrics.readOwn") || viewer.vendorIds.length === 0) throw forbidden();
  return [...new Set(viewer.vendorIds)].sort();
}

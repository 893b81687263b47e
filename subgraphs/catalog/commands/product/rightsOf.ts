import { can, type Viewer } from "#kit/viewer.ts";
import { mayChange } from "../../domain/productDetails.ts";
import type { WriteRights } from "./writeRights.ts";

/** What a viewer may write of products: everything, or what the vendors have that they sell for, with the brands and options that there are. */
export function rightsOf(viewer: Viewer): WriteRights {
  const isStaff = can(viewer, "catalog.write");
  return { mayChange: (vendorId) => mayChange(vendorId, viewer), createBrands: isStaff, createOptions: isStaff };
}

/** Whose a new thing is: what was said, or the only vendor that a seller sells for. */
export function ownerOf(viewer: Viewer, given: string | null | undefined): string | null | undefined {
  if (given !== undefined || can(viewer, "catalog.write")) return given;
  return viewer.vendorIds.length === 1 ? viewer.vendorIds[0] : undefined;
}

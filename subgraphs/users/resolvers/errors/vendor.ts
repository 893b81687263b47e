import type { Renderers } from "#kit/userError.ts";
import type { VendorMemberAddRefusal, VendorMemberRemoveRefusal } from "../../commands/vendor/vendorMemberSet.ts";
import type { VendorUpsertRefusal } from "../../commands/vendor/vendorUpsert.ts";
import { MAX_MEMBERS } from "../../domain/vendor.ts";
import { stepUpRequired } from "./mfa.ts";

const notFound = () => ({ message: "There is no such vendor that you may change.", path: ["input", "vendorId"] });
const lastOwner = () => ({ message: "Nobody else of the vendor could let others in: make another person OWNER first.", path: ["input", "userId"] });

export const vendorUpsertErrors: Renderers<VendorUpsertRefusal> = {
  VENDOR_NOT_FOUND: () => ({ ...notFound(), path: ["input", "id"] }),
  VENDOR_SLUG_TAKEN: () => ({ message: "Another vendor has this slug: choose one that tells them apart.", path: ["input", "slug"] }),
  INVALID_VALUE: ({ why, path }) => ({ message: why, path }),
  VERSION_CONFLICT: ({ expected, actual }) => ({ message: `The vendor was changed meanwhile: you read version ${expected}, it has ${actual}.`, path: ["input", "expectedVersion"], fields: { expected, actual } }),
};

export const vendorMemberAddErrors: Renderers<VendorMemberAddRefusal> = {
  VENDOR_NOT_FOUND: notFound,
  USER_NOT_FOUND: () => ({ message: "There is no such person.", path: ["input", "userId"] }),
  TOO_MANY_VENDOR_MEMBERS: () => ({ message: `A vendor has at most ${MAX_MEMBERS} people: let somebody go first.`, path: ["input", "userId"] }),
  LAST_VENDOR_OWNER: lastOwner,
  STEP_UP_REQUIRED: stepUpRequired,
};

export const vendorMemberRemoveErrors: Renderers<VendorMemberRemoveRefusal> = {
  VENDOR_NOT_FOUND: notFound,
  VENDOR_MEMBER_NOT_FOUND: () => ({ message: "This person does not sell for the vendor.", path: ["input", "userId"] }),
  LAST_VENDOR_OWNER: lastOwner,
  STEP_UP_REQUIRED: stepUpRequired,
};

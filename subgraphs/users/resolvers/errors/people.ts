import type { Renderers } from "#kit/userError.ts";
import type { UserDisableRefusal } from "../../commands/account/setUserStatus.ts";
import type { UserUpdateRefusal, VersionConflict } from "../../commands/account/userUpdate.ts";
import { MAX_DISPLAY_NAME } from "../../domain/registration.ts";

export const invalidDisplayName = () => ({ message: `The name must have 1 to ${MAX_DISPLAY_NAME} characters that can be shown.`, path: ["input", "displayName"] });

const versionConflict = ({ expected, actual }: VersionConflict) => ({
  message: `The account was changed meanwhile: you read version ${expected}, it has ${actual}.`, path: ["input", "expectedVersion"], fields: { expected, actual },
});

const INVALID = {
  locale: "This is no language tag: write it like en-GB.",
  countryCode: "There is no such country: give the code of one, such as GB.",
} as const;

export const userUpdateErrors: Renderers<UserUpdateRefusal> = {
  INVALID_DISPLAY_NAME: invalidDisplayName,
  INVALID_VALUE: ({ field }) => ({ message: INVALID[field], path: ["input", field] }),
  VERSION_CONFLICT: versionConflict,
};

export const userDisableErrors: Renderers<UserDisableRefusal> = {
  USER_NOT_FOUND: () => ({ message: "There is no such person.", path: ["input", "userId"] }),
  LAST_ADMIN: () => ({ message: "Nobody else can run the shop: make another person ADMIN first.", path: ["input", "userId"] }),
  PERMISSION_NOT_HELD: ({ permissions }) => ({ message: `The person may do what you may not: ${permissions.join(", ")}.`, path: ["input", "userId"], fields: { permissions } }),
  VERSION_CONFLICT: versionConflict,
};

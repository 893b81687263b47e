import type { Renderers } from "#kit/userError.ts";
import type { AddressUpsertRefusal } from "../../commands/addressUpsert.ts";
import type { ConsentSetRefusal } from "../../commands/consentSet.ts";
import { MAX_ADDRESSES } from "../../domain/address.ts";

export const addressErrors: Renderers<AddressUpsertRefusal> = {
  INVALID_VALUE: ({ field, must }) => ({ message: `${field} must ${must}.`, path: ["input", field] }),
  ADDRESS_NOT_FOUND: () => ({ message: "You have no such address: look at me.addresses.", path: ["input", "id"] }),
  TOO_MANY_ADDRESSES: () => ({ message: `You have ${MAX_ADDRESSES} addresses already: change one of them, or take one away.`, path: ["input"] }),
  VERSION_CONFLICT: ({ expected, actual }) => ({ message: `It was changed since you read it: it has version ${actual}.`, path: ["input", "expectedVersion"], fields: { expected, actual } }),
};

const MUST = {
  textVersion: "textVersion must name the wording in 1 to 50 letters, digits and . _ : -, beginning with a letter or digit.",
  source: "Only an import may say IMPORT: say where the person was asked.",
} as const;

export const consentErrors: Renderers<ConsentSetRefusal> = {
  INVALID_VALUE: ({ field }) => ({ message: MUST[field], path: ["input", field] }),
};

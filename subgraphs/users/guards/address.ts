import { allow, authenticated, type Guards } from "#kit/guard.ts";
import { personalData } from "./account.ts";

export const addressGuards: Guards = {
  Mutation: { addressUpsert: authenticated, addressDelete: authenticated, addressSetDefault: authenticated },
  User: { addresses: personalData, defaultShippingAddress: personalData, defaultBillingAddress: personalData },
  // Reached by its person alone, or in the answer to whoever has just put it down.
  Address: allow,
  AddressConnection: allow,
  AddressEdge: allow,
  AddressUpsertSuccess: allow,
  AddressDeleteSuccess: allow,
  AddressSetDefaultSuccess: allow,
  AddressNotFound: allow,
  TooManyAddresses: allow,
};

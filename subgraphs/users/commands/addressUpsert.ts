import { unauthenticated } from "#kit/errors.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../context.ts";
import { type Address, type InvalidAddressValue, MAX_ADDRESSES, readAddress, type TypedAddress } from "../domain/address.ts";
import { dropOtherDefaults, findAddressForUpdate, insertAddress, lockAddressBook, updateAddress } from "../queries/addresses.ts";

export type AddressUpsertRefusal =
  | InvalidAddressValue
  | { code: "ADDRESS_NOT_FOUND" }
  | { code: "TOO_MANY_ADDRESSES" }
  | { code: "VERSION_CONFLICT"; expected: number; actual: number };

export interface AddressUpsertInput extends TypedAddress {
  /** UUID, or undefined for an id that names nothing; null for a new address. */
  readonly id: string | undefined | null;
  readonly isDefaultShipping?: boolean | null | undefined;
  readonly isDefaultBilling?: boolean | null | undefined;
  readonly expectedVersion?: number | null | undefined;
}

/** Adds an address to the viewer's own or changes one. @throws UNAUTHENTICATED where the account is gone. */
export async function addressUpsert({ db, clocks, viewer }: Commanded, input: AddressUpsertInput): Promise<Result<Address, AddressUpsertRefusal>> {
  const read = readAddress(input);
  if (!read.ok) return read;
  const { userId } = viewer;
  if (userId === null) throw unauthenticated();
  return db.tx(async (tx): Promise<Result<Address, AddressUpsertRefusal>> => {
    const at = clocks.business.now();
    const count = await lockAddressBook(tx, userId);
    if (count === undefined) throw unauthenticated();
    const defaults = (before: Pick<Address, "isDefaultShipping" | "isDefaultBilling">) => ({
      isDefaultShipping: input.isDefaultShipping ?? before.isDefaultShipping, isDefaultBilling: input.isDefaultBilling ?? before.isDefaultBilling,
    });
    if (input.id === null) {
      if (count >= MAX_ADDRESSES) return err({ code: "TOO_MANY_ADDRESSES" });
      const written = { ...read.value, ...defaults({ isDefaultShipping: count === 0, isDefaultBilling: count === 0 }) };
      await dropOtherDefaults(tx, userId, null, written, at);
      return ok(await insertAddress(tx, userId, written, at));
    }
    const found = input.id === undefined ? undefined : await findAddressForUpdate(tx, input.id, userId);
    if (!found) return err({ code: "ADDRESS_NOT_FOUND" });
    if (input.expectedVersion != null && input.expectedVersion !== found.version) return err({ code: "VERSION_CONFLICT", expected: input.expectedVersion, actual: found.version });
    const written = { ...read.value, ...defaults(found) };
    await dropOtherDefaults(tx, userId, found.id, written, at);
    return ok(await updateAddress(tx, found.id, written, at));
  });
}

import { unauthenticated } from "#kit/errors.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../context.ts";
import type { Address } from "../domain/address.ts";
import { dropOtherDefaults, findAddressForUpdate, lockAddressBook, updateAddress } from "../queries/addresses.ts";

export type AddressSetDefaultRefusal = { code: "ADDRESS_NOT_FOUND" };

/** Makes one of the viewer's own addresses the default. Where it is so already, nothing changes. */
export async function addressSetDefault({ db, clocks, viewer }: Commanded, { id, use }: { id: string | undefined; use: "SHIPPING" | "BILLING" }): Promise<Result<Address, AddressSetDefaultRefusal>> {
  const { userId } = viewer;
  if (userId === null) throw unauthenticated();
  if (id === undefined) return err({ code: "ADDRESS_NOT_FOUND" });
  return db.tx(async (tx): Promise<Result<Address, AddressSetDefaultRefusal>> => {
    if ((await lockAddressBook(tx, userId)) === undefined) throw unauthenticated();
    const found = await findAddressForUpdate(tx, id, userId);
    if (!found) return err({ code: "ADDRESS_NOT_FOUND" });
    const defaults = { isDefaultShipping: found.isDefaultShipping || use === "SHIPPING", isDefaultBilling: found.isDefaultBilling || use === "BILLING" };
    if (defaults.isDefaultShipping === found.isDefaultShipping && defaults.isDefaultBilling === found.isDefaultBilling) return ok(found);
    const at = clocks.business.now();
    await dropOtherDefaults(tx, userId, id, defaults, at);
    return ok(await updateAddress(tx, id, { ...found, ...defaults }, at));
  });
}

import { unauthenticated } from "#kit/errors.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../context.ts";
import { deleteAddress, findAddressForUpdate } from "../queries/addresses.ts";
import type { AddressUpsertRefusal } from "./addressUpsert.ts";

export type AddressDeleteRefusal = Extract<AddressUpsertRefusal, { code: "ADDRESS_NOT_FOUND" | "VERSION_CONFLICT" }>;

/** Takes one of the viewer's own addresses away. No other becomes the default: nothing shall go where nobody chose it to. */
export async function addressDelete({ db, viewer }: Commanded, input: { id: string | undefined; expectedVersion?: number | null | undefined }): Promise<Result<string, AddressDeleteRefusal>> {
  const { userId } = viewer;
  if (userId === null) throw unauthenticated();
  const { id, expectedVersion } = input;
  if (id === undefined) return err({ code: "ADDRESS_NOT_FOUND" });
  return db.tx(async (tx): Promise<Result<string, AddressDeleteRefusal>> => {
    const found = await findAddressForUpdate(tx, id, userId);
    if (!found) return err({ code: "ADDRESS_NOT_FOUND" });
    if (expectedVersion != null && expectedVersion !== found.version) return err({ code: "VERSION_CONFLICT", expected: expectedVersion, actual: found.version });
    await deleteAddress(tx, id);
    return ok(id);
  });
}

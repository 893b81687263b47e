import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { TypedAddress } from "../domain/delivery.ts";

const ofPerson = query({
  name: "orders.addressOfPerson",
  text: "select a.name, a.line1, a.line2, a.city, a.region, a.postal_code, a.country_code, a.phone from users.address_of($1, $2) a",
  params: ["uuid", "uuid"],
  row: { name: "text?", line1: "text?", line2: "text?", city: "text?", region: "text?", postal_code: "text?", country_code: "text?", phone: "text?" },
  budget: { access: "index", maxRows: 1 },
});

/** An address out of the person's own book; undefined where it is not in there. */
export async function findAddressOf(db: Reader, userId: string, addressId: string): Promise<TypedAddress | undefined> {
  const found = await db.maybeOne(ofPerson, [userId, addressId]);
  return found && { name: found.name, line1: found.line1, line2: found.line2, city: found.city, region: found.region, postalCode: found.postal_code, countryCode: found.country_code, phone: found.phone };
}

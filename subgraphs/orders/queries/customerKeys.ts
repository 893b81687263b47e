import { createHash } from "node:crypto";
import { sameMailbox } from "../domain/promotions/sameMailbox.ts";

/**
 * As whom a customer's uses are counted: by account and by e-mail address as far as they are known, else by cart. Someone who
 * logs out to use a promotion once more is found by the address. Sorted, so that locks are taken in one order.
 */
export function customerKeys(customer: { userId: string | null; email: string | null }, cartId: string): string[] {
  const keys = [...(customer.userId === null ? [] : [`user:${customer.userId}`]), ...(customer.email === null ? [] : [`email:${hashOf(sameMailbox(customer.email))}`])];
  return keys.length > 0 ? keys.sort() : [`cart:${cartId}`];
}

/** The address is not needed to count it, so it is not kept. */
function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

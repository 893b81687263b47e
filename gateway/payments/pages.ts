import { escaped, messagePage, page } from "../http/htmlPage.ts";

/** A payment as its payer sees it. */
export interface Challenge {
  readonly state: "OPEN" | "PASSED" | "FAILED";
  readonly amount: { readonly amount: string; readonly currency: string };
}

/** The stand-in for the page of a payer's bank. The form posts to its own address, which carries the secret. */
export function challengePage({ state, amount }: Challenge): string {
  if (state === "PASSED") return messagePage("Payment approved", "You can close this page: complete the checkout in the shop.");
  if (state === "FAILED") return messagePage("Payment not approved", "Nothing was paid. Go back to the shop and try another means of payment.");
  return page("Your bank asks", `<p>Do you agree to pay <strong>${escaped(amount.amount)} ${escaped(amount.currency)}</strong>?</p>
<form method="post"><button name="answer" value="approve">Approve</button><button name="answer" value="fail">Refuse</button></form>
<p class="note">This shop runs with a stand-in for a payment provider: no money moves.</p>`);
}

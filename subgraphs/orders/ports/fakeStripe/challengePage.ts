import { toDecimal } from "#schema/values/money.ts";
import type { Account } from "../fake/account.ts";

/** What the payer's bank shows in place of a text message: two buttons. */
export function challengePage(account: Account, secret: string): string {
  const waits = account.state === "REQUIRES_ACTION";
  const body = waits
    ? `<p>Pay ${toDecimal(account.amount)} ${account.amount.currency}?</p><form method="post" action="?secret=${encodeURIComponent(secret)}"><button name="answer" value="approve">Approve</button> <button name="answer" value="fail">Refuse</button></form>`
    : `<p>${account.state === "CAPTURED" || account.state === "AUTHORIZED" ? "Approved." : "Not approved."} You can go back to the shop.</p>`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Your bank (stand-in)</title><body><h1>Your bank</h1>${body}</body></html>`;
}

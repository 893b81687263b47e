/** A payment as its payer sees it. */
export interface Challenge {
  readonly state: "OPEN" | "PASSED" | "FAILED";
  readonly amount: { readonly amount: string; readonly currency: string };
}

/** Nothing is loaded from anywhere, no script runs, and the page cannot be framed by another that would steal the click. */
export const PAGE_HEADERS = {
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "cache-control": "no-store",
} as const;

const STYLE = "body{font:16px/1.5 system-ui,sans-serif;max-width:28rem;margin:4rem auto;padding:0 1rem}button{font:inherit;padding:.5rem 1.5rem;margin-right:.5rem}p.note{color:#666;font-size:.875rem}";

/** The stand-in for the page of a payer's bank. The form posts to its own address, which carries the secret. */
export function challengePage({ state, amount }: Challenge): string {
  if (state === "PASSED") return messagePage("Payment approved", "You can close this page: complete the checkout in the shop.");
  if (state === "FAILED") return messagePage("Payment not approved", "Nothing was paid. Go back to the shop and try another means of payment.");
  return page("Your bank asks", `<p>Do you agree to pay <strong>${escaped(amount.amount)} ${escaped(amount.currency)}</strong>?</p>
<form method="post"><button name="answer" value="approve">Approve</button><button name="answer" value="fail">Refuse</button></form>
<p class="note">This shop runs with a stand-in for a payment provider: no money moves.</p>`);
}

export function messagePage(title: string, text: string): string {
  return page(title, `<p>${escaped(text)}</p>`);
}

function page(title: string, body: string): string {
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${STYLE}</style></head>\n<body><h1>${escaped(title)}</h1>\n${body}\n</body></html>\n`;
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

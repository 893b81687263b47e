import { createHmac, timingSafeEqual } from "node:crypto";
import { WebhookRefused } from "../paymentProvider.ts";

/** Seconds by which a webhook may be late, or its clock ahead of ours. */
export const TOLERANCE_SECONDS = 300;

/** Signatures looked at; a sender that changes its key sends two. */
const MOST_SIGNATURES = 10;
const MOST_HEADER = 2_000;

/**
 * Checks `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex>]`: HMAC-SHA256 of `<t>.<body>` by the secret, compared in constant time.
 * Other schemes (`v0`) are not looked at. Source: https://docs.stripe.com/webhooks#verify-manually
 * Unlike the SDK's check it also refuses a time that is too far ahead: such a body could be kept back and used later.
 * @throws WebhookRefused
 */
export function checkSignature(body: Uint8Array, header: string | null, secret: string, now: Date): void {
  if (header === null || header === "" || header.length > MOST_HEADER) throw new WebhookRefused("no signature");
  let time: string | undefined;
  const signatures: Buffer[] = [];
  for (const part of header.split(",")) {
    const at = part.indexOf("=");
    const scheme = part.slice(0, at).trim();
    const value = part.slice(at + 1).trim();
    if (scheme === "t") {
      if (time !== undefined) throw new WebhookRefused("two times");
      time = value;
    } else if (scheme === "v1" && /^[0-9a-f]{64}$/.test(value)) signatures.push(Buffer.from(value, "hex"));
  }
  if (time === undefined || !/^\d{1,12}$/.test(time)) throw new WebhookRefused("no time");
  if (signatures.length === 0 || signatures.length > MOST_SIGNATURES) throw new WebhookRefused("no signature of a known scheme");
  const expected = signatureOf(body, Number(time), secret);
  // All are compared, whichever fits: the time it takes tells nothing.
  const fits = signatures.reduce((found, signature) => timingSafeEqual(signature, expected) || found, false);
  if (!fits) throw new WebhookRefused("wrong signature");
  if (Math.abs(now.getTime() / 1000 - Number(time)) > TOLERANCE_SECONDS) throw new WebhookRefused("outside the time window");
}

/** The header a sender with the secret puts on the body. */
export function signatureHeader(body: Uint8Array, secret: string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000);
  return `t=${seconds},v1=${signatureOf(body, seconds, secret).toString("hex")}`;
}

/** @throws RangeError for an empty secret: everybody could sign with it. */
export function assertWebhookSecret(secret: string): void {
  if (secret.trim().length < 16) throw new RangeError("the webhook secret is empty or shorter than 16 characters: everybody could guess it");
}

function signatureOf(body: Uint8Array, seconds: number, secret: string): Buffer {
  assertWebhookSecret(secret);
  return createHmac("sha256", secret).update(`${seconds}.`).update(body).digest();
}

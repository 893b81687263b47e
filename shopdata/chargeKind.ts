export type ChargeKind = "SHIPPING" | "FEE" | "ADJUSTMENT" | "GIFT_VOUCHER" | "OTHER";

const KINDS: Readonly<Record<string, ChargeKind>> = {
  POST: "SHIPPING",
  DOT: "SHIPPING",
  C2: "SHIPPING",
  C3: "SHIPPING",
  "BANK CHARGES": "FEE",
  AMAZONFEE: "FEE",
  CRUK: "FEE",
  M: "ADJUSTMENT",
  D: "ADJUSTMENT",
  S: "ADJUSTMENT",
  B: "ADJUSTMENT",
};

/** What a code that is no product stands for: postage, a fee, a correction by hand, a voucher. `code` is upper case. */
export function chargeKind(code: string): ChargeKind {
  if (code.startsWith("GIFT_")) return "GIFT_VOUCHER";
  if (code.startsWith("ADJUST")) return "ADJUSTMENT";
  return KINDS[code] ?? "OTHER";
}

import { countryByCode } from "#schema/values/countries.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { hasHidden } from "#schema/values/text.ts";

/** Most addresses of one person. */
export const MAX_ADDRESSES = 50;

/** What an address says. Personal. */
export interface AddressText {
  readonly name: string | null;
  readonly line1: string | null;
  readonly line2: string | null;
  readonly city: string | null;
  readonly region: string | null;
  readonly postalCode: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly countryCode: string | null;
  readonly phone: string | null;
}

export interface Address extends AddressText {
  /** UUID. */
  readonly id: string;
  readonly userId: string;
  readonly isDefaultShipping: boolean;
  readonly isDefaultBilling: boolean;
  readonly createdAt: Date;
  readonly version: number;
}

/** Most characters of each field. */
const FIELDS = { name: 200, line1: 200, line2: 200, city: 100, region: 100, postalCode: 20, phone: 40 } as const;
const NEEDED: ReadonlySet<string> = new Set(["name", "line1", "city"]);
const PHONE = /^[0-9 +\-./()]+$/;

export interface InvalidAddressValue {
  readonly code: "INVALID_VALUE";
  readonly field: keyof typeof FIELDS | "countryCode";
  readonly must: string;
}

/** An address as somebody typed it. */
export type TypedAddress = { readonly [F in keyof AddressText]?: string | null | undefined };

/** The address with blanks trimmed; what is empty and need not be there is null. */
export function readAddress(typed: TypedAddress): Result<AddressText, InvalidAddressValue> {
  const refuse = (field: InvalidAddressValue["field"], must: string) => err({ code: "INVALID_VALUE" as const, field, must });
  const read: Record<string, string | null> = {};
  for (const [field, most] of Object.entries(FIELDS) as [keyof typeof FIELDS, number][]) {
    const text = (typed[field] ?? "").trim().normalize("NFC");
    const isNeeded = NEEDED.has(field);
    if ((text === "" && isNeeded) || [...text].length > most) return refuse(field, isNeeded ? `have 1 to ${most} characters` : `have at most ${most} characters`);
    if (hasHidden(text)) return refuse(field, "hold no control characters and no marks that cannot be seen");
    if (field === "phone" && text !== "" && !PHONE.test(text)) return refuse(field, "hold digits, spaces and + - . / ( ) only");
    read[field] = text === "" ? null : text;
  }
  const countryCode = typed.countryCode ?? "";
  if (!countryByCode(countryCode)) return refuse("countryCode", "be the code of a country, such as GB");
  return ok({ ...read, countryCode } as unknown as AddressText);
}

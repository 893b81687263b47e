import { countryByCode } from "#schema/values/countries.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { hasHidden } from "#schema/values/text.ts";
import { lengthOf } from "./text.ts";

/** Where the goods go. */
export interface Address {
  readonly name: string;
  readonly line1: string;
  readonly line2: string | null;
  readonly city: string;
  readonly region: string | null;
  readonly postalCode: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly countryCode: string;
  readonly phone: string | null;
}

/** Who to write to, where the goods go and how. Personal. */
export interface CartDelivery {
  readonly email: string | null;
  readonly address: Address | null;
  /** UUID of a shipping method. */
  readonly methodId: string | null;
}

export const NO_DELIVERY: CartDelivery = { email: null, address: null, methodId: null };

/** Most characters of each field; those without `?` must have one. */
const FIELDS = { name: 200, line1: 200, line2: 200, city: 100, region: 100, postalCode: 20, phone: 40 } as const;
const NEEDED: ReadonlySet<string> = new Set(["name", "line1", "city"]);
const PHONE = /^[0-9 +\-./()]+$/;

export type AddressField = keyof typeof FIELDS | "countryCode";
export interface AddressRefusal {
  readonly code: "INVALID_ADDRESS";
  readonly field: AddressField;
  readonly why: "EMPTY" | "TOO_LONG" | "HIDDEN_CHARACTERS" | "UNKNOWN_COUNTRY" | "NO_PHONE";
}

/** An address as somebody typed it. */
export type TypedAddress = { readonly [F in keyof Address]?: string | null | undefined };

/** The address with blanks trimmed; what is empty and need not be there is null. */
export function readAddress(typed: TypedAddress): Result<Address, AddressRefusal> {
  const refuse = (field: AddressField, why: AddressRefusal["why"]) => err({ code: "INVALID_ADDRESS" as const, field, why });
  const read: Record<string, string | null> = {};
  for (const [field, most] of Object.entries(FIELDS) as [keyof typeof FIELDS, number][]) {
    const text = (typed[field] ?? "").trim();
    if (text === "" && NEEDED.has(field)) return refuse(field, "EMPTY");
    if (lengthOf(text) > most) return refuse(field, "TOO_LONG");
    if (hasHidden(text)) return refuse(field, "HIDDEN_CHARACTERS");
    if (field === "phone" && text !== "" && !PHONE.test(text)) return refuse(field, "NO_PHONE");
    read[field] = text === "" ? null : text;
  }
  const countryCode = typed.countryCode ?? "";
  if (!countryByCode(countryCode)) return refuse("countryCode", "UNKNOWN_COUNTRY");
  return ok({ ...read, countryCode } as unknown as Address);
}

const EMAIL = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;
const MAX_EMAIL = 254;

/** In lower case, or undefined when the text is no e-mail address. */
export function readEmail(text: string): string | undefined {
  const email = text.trim().toLowerCase();
  return email.length <= MAX_EMAIL && EMAIL.test(email) ? email : undefined;
}

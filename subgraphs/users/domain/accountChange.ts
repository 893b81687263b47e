import { countryByCode } from "#schema/values/countries.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { readDisplayName } from "./registration.ts";
import type { User } from "./user.ts";

/** Changes as they are asked for: undefined stays, null is taken away. */
export interface AccountChange {
  readonly displayName?: string | null | undefined;
  readonly locale?: string | null | undefined;
  readonly countryCode?: string | null | undefined;
}

export type AccountFields = Pick<User, "displayName" | "locale" | "countryCode">;
export type AccountChangeRefusal = { code: "INVALID_DISPLAY_NAME" } | { code: "INVALID_VALUE"; field: "locale" | "countryCode" };

const MAX_LOCALE = 35;

/** A language tag in its canonical form, `en-GB`; undefined for text that is none. Source: RFC 5646. */
export function readLocale(text: string): string | undefined {
  if (text.length > MAX_LOCALE || !/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(text)) return undefined;
  try {
    return Intl.getCanonicalLocales(text)[0];
  } catch {
    return undefined;
  }
}

/** The account as it is to become. */
export function applyChange(account: AccountFields, change: AccountChange): Result<AccountFields, AccountChangeRefusal> {
  const displayName = change.displayName === undefined ? account.displayName : readDisplayName(change.displayName);
  if (displayName === undefined) return err({ code: "INVALID_DISPLAY_NAME" });
  const locale = typeof change.locale === "string" ? readLocale(change.locale) : change.locale === null ? null : account.locale;
  if (locale === undefined) return err({ code: "INVALID_VALUE", field: "locale" });
  const countryCode = change.countryCode === undefined ? account.countryCode : change.countryCode;
  if (countryCode !== null && countryCode !== account.countryCode && !countryByCode(countryCode)) return err({ code: "INVALID_VALUE", field: "countryCode" });
  return ok({ displayName, locale, countryCode });
}

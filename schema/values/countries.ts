/** A country as orders and marts name it. `code` is ISO 3166-1 alpha-2, or null where no code exists. */
export interface Country {
  readonly code: string | null;
  readonly name: string;
}

/** The country of an order whose source did not say. */
export const UNSPECIFIED: Country = { code: null, name: "Unspecified" };

const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });

/** Labels that sources write otherwise than English names, or that are no country of ISO 3166-1. */
const LABELS: ReadonlyMap<string, Country> = new Map(Object.entries({
  eire: { code: "IE", name: "Ireland" },
  rsa: { code: "ZA", name: "South Africa" },
  usa: { code: "US", name: "United States" },
  uk: { code: "GB", name: "United Kingdom" },
  korea: { code: "KR", name: "South Korea" },
  "hong kong": { code: "HK", name: "Hong Kong" },
  "czech republic": { code: "CZ", name: "Czechia" },
  "channel islands": { code: null, name: "Channel Islands" },
  "west indies": { code: null, name: "West Indies" },
  "european community": { code: null, name: "European Community" },
  unspecified: UNSPECIFIED,
  "": UNSPECIFIED,
}));

const byCode = new Map<string, Country>();
const byName = new Map<string, Country>();
for (let first = 65; first <= 90; first += 1) {
  for (let second = 65; second <= 90; second += 1) {
    const code = String.fromCharCode(first, second);
    const name = names.of(code);
    // Withdrawn and grouping codes (DD, SU, EU, UN, ZZ ...) have names too but are nobody's address.
    if (!name || /^(DD|SU|YU|TP|ZR|BU|FX|NT|AN|CS|EU|EZ|UN|UK|QO|XA|XB|ZZ|DY|HV|NH|RH|VD|YD|CT|FQ|JT|MI|NQ|PC|PU|PZ|WK|QU)$/.test(code)) continue;
    const country = LABELS.get(code === "HK" ? "hong kong" : name.toLowerCase()) ?? { code, name };
    byCode.set(code, country);
    byName.set(country.name.toLowerCase(), country);
  }
}

/** The country of an ISO 3166-1 alpha-2 code, or undefined for a code that stands for none. */
export function countryByCode(code: string): Country | undefined {
  return byCode.get(code);
}

/** The country a source's label means; a label that is unknown keeps its own text and has no code. */
export function countryByLabel(label: string): Country {
  const key = label.trim().toLowerCase();
  return LABELS.get(key) ?? byName.get(key) ?? { code: null, name: label.trim() };
}

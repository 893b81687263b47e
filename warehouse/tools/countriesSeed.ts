import { countryByCode } from "#schema/values/countries.ts";

/** dbt's seed of country names as CSV: what the shop itself calls the countries, in the order of their codes. */
export function countriesSeed(): string {
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index));
  const rows = letters
    .flatMap((first) => letters.map((second) => first + second))
    .flatMap((code) => {
      const country = countryByCode(code);
      return country ? [`${code},${/[",]/.test(country.name) ? `"${country.name.replaceAll('"', '""')}"` : country.name}`] : [];
    });
  return `code,name\n${rows.join("\n")}\n`;
}

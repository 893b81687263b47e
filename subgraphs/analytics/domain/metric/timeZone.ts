const NAME = /^(UTC|[A-Za-z]+(_[A-Za-z]+)*(\/[A-Za-z0-9]+([_+-][A-Za-z0-9]+)*){1,2})$/;

/** A name of the IANA time zone database; no offset and no abbreviation, which say nothing about summer time. */
export function isTimeZone(name: string): boolean {
  if (name.length > 60 || !NAME.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

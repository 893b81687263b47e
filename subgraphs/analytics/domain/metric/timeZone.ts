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

const DAY_MS = 86_400_000;
const MAX_DAYS = 4_000;

/**
 * Whether the zone's clocks, on these days and those beside them, are whole steps of so many minutes from UTC's and are put forward or
 * back between two steps: then no step lies in two of the zone's days. Of more days than are looked at nothing is said.
 */
export function keepsToSteps(zone: string, { from, to }: { readonly from: string; readonly to: string }, minutes: number): boolean {
  const [first, last] = [Date.parse(`${from}T00:00:00Z`) - 2 * DAY_MS, Date.parse(`${to}T00:00:00Z`) + 2 * DAY_MS];
  if (!(last - first <= MAX_DAYS * DAY_MS)) return false;
  const clock = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" });
  const offset = (at: number) => {
    const [, sign, hours, rest, seconds] = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(clock.format(at)) ?? [];
    return (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 3_600 + Number(rest ?? 0) * 60 + Number(seconds ?? 0));
  };
  const step = minutes * 60;
  let before = offset(first);
  for (let at = first; at < last; at += DAY_MS) {
    const after = offset(at + DAY_MS);
    if (before % step !== 0 || after % step !== 0) return false;
    for (let inner = at; before !== after && inner < at + DAY_MS; inner += step * 1_000) if (offset(inner) !== offset(inner + step * 1_000 - 1_000)) return false;
    before = after;
  }
  return true;
}

const MAX_DEVICE = 60;

/** Of several names in one user agent the first here is the program's own: Edge says Chrome and Safari too. */
const PROGRAMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"], [/\b(?:OPR|Opera)\//, "Opera"], [/\bSamsungBrowser\//, "Samsung Internet"], [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|CriOS)\//, "Chrome"], [/\bSafari\//, "Safari"],
];
const SYSTEMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\b(?:iPhone|iPod)\b/, "iPhone"], [/\biPad\b/, "iPad"], [/\bAndroid\b/, "Android"], [/\bWindows\b/, "Windows"], [/\bCrOS\b/, "ChromeOS"],
  [/\bMac OS X\b|\bMacintosh\b/, "macOS"], [/\bLinux\b/, "Linux"],
];

/** A user agent as a person knows it again in a list: "Firefox on Linux". Nothing of what it says of itself is believed beyond that. */
export function deviceOf(userAgent: string | undefined): string {
  if (!userAgent) return "Unknown device";
  const program = PROGRAMS.find(([pattern]) => pattern.test(userAgent))?.[1];
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1];
  if (program) return system ? `${program} on ${system}` : program;
  // A program that is no browser: the first word of its name, `okhttp/4.12`, without what could not be shown.
  const own = /^[A-Za-z][A-Za-z0-9 ._-]{0,40}/.exec(userAgent)?.[0].trim();
  const named = own && own !== "Mozilla" ? own : "Unknown device";
  return (system ? `${named} on ${system}` : named).slice(0, MAX_DEVICE);
}

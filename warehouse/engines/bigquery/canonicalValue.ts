/** One text for equal values, whichever engine wrote them: decimals without trailing zeros, binary fractions by their value, instants in microseconds. */
export function canonicalValue(value: string | null, type: string): string | null {
  if (value === null) return null;
  if (type === "numeric") return canonicalDecimal(value);
  if (type === "double precision" || type === "real") return String(Number(value));
  if (type === "boolean") return value.startsWith("t") ? "true" : "false";
  if (type.startsWith("timestamp")) return /^-?\d+$/.test(value) ? value : String(microseconds(value));
  return value;
}

function canonicalDecimal(text: string): string {
  if (/e/i.test(text)) return canonicalDecimal(Number(text).toFixed(20));
  const [, sign = "", whole = "0", fraction = ""] = /^(-?)0*(\d*)\.?(\d*)$/.exec(text) ?? [];
  const kept = fraction.replace(/0+$/, "");
  const digits = `${whole.replace(/^0+(?=\d)/, "") || "0"}${kept === "" ? "" : `.${kept}`}`;
  return digits === "0" ? "0" : `${sign}${digits}`;
}

/** Of `2026-01-02 03:04:05.123456+00`. */
function microseconds(text: string): bigint {
  const [, seconds = "", fraction = "", zone = ""] = /^(\S+ [\d:]+)(?:\.(\d+))?([+-][\d:]+)$/.exec(text) ?? [];
  return BigInt(Date.parse(`${seconds.replace(" ", "T")}${zone.length === 3 ? `${zone}:00` : zone}`)) * 1000n + BigInt(fraction.padEnd(6, "0"));
}

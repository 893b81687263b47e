import { isCurrency } from "#schema/values/currencies.ts";
import { countryByCode, countryByLabel } from "#schema/values/countries.ts";
import { hasHidden, hasHiddenInLines } from "#schema/values/text.ts";
import { type FieldSpec, FIELDS } from "./entityFields.ts";
import type { Entity } from "./mapping.ts";
import { textOf } from "#schema/mapping/transform.ts";
import { isList, isMap, RowProblem, type Value, type ValueMap } from "#schema/mapping/values.ts";

// What a browser takes for an address, with a dot in the domain. Source: HTML standard, section 4.10.5.1.5.
const EMAIL = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2}))?$/;
/** Business began after the Unix epoch, and a date far ahead is a slip. */
const LATEST = Date.UTC(2200, 0, 1);

/** The fields of one row, each checked for what it takes. */
export class Checked {
  readonly #values: ReadonlyMap<string, Value>;
  constructor(entity: Entity, values: ReadonlyMap<string, Value>) {
    const checked = new Map<string, Value>();
    for (const [name, value] of values) {
      const spec = FIELDS[entity][name];
      if (!spec) throw new RowProblem(name, "there is no such field");
      const clean = check(name, spec, value);
      if (clean !== null) checked.set(name, clean);
    }
    this.#values = checked;
  }

  has(name: string): boolean { return this.#values.has(name); }
  text(name: string): string | undefined { return this.#values.get(name) as string | undefined; }
  list(name: string): readonly string[] | undefined { return this.#values.get(name) as readonly string[] | undefined; }
  map(name: string): ValueMap | undefined { return this.#values.get(name) as ValueMap | undefined; }
  flag(name: string): boolean | undefined { return this.#values.get(name) as boolean | undefined; }
  integer(name: string): number | undefined { const found = this.text(name); return found === undefined ? undefined : Number(found); }
  instant(name: string): Date | undefined { const found = this.text(name); return found === undefined ? undefined : new Date(found); }
  /** @throws RowProblem that names the field when it is missing */
  required(name: string): string {
    const found = this.text(name);
    if (found === undefined) throw new RowProblem(name, "it is missing");
    return found;
  }
}

/** @throws RowProblem for the first required field of an entity that is not there */
export function assertRequired(entity: Entity, fields: Checked): void {
  for (const [name, spec] of Object.entries(FIELDS[entity])) if (spec.isRequired && !fields.has(name)) throw new RowProblem(name, "it is missing");
}

function check(name: string, spec: FieldSpec, value: Value): Value {
  try {
    return ofKind(spec, value);
  } catch (error) {
    if (error instanceof RowProblem) throw new RowProblem(name, error.message);
    throw error;
  }
}

function ofKind(spec: FieldSpec, value: Value): Value {
  const most = spec.most ?? 300;
  switch (spec.kind) {
    case "TEXT": return line(textOf(value), most);
    case "LONG_TEXT": case "HTML": return lines(textOf(value), most);
    case "LIST": return (isList(value) ? value : [value]).map((one) => line(textOf(one), 1_000)).filter((one) => one !== null).slice(0, tooMany(isList(value) ? value.length : 1, most));
    case "MAP": {
      if (!isMap(value)) throw new RowProblem(null, "these are no pairs: use `map` or `pairs`");
      tooMany(value.size, most);
      return value;
    }
    case "BOOLEAN": {
      const text = textOf(value).trim().toLowerCase();
      if (text !== "true" && text !== "false") throw new RowProblem(null, "this is neither true nor false: use `lookup`");
      return text === "true";
    }
    case "INTEGER": {
      const text = textOf(value).trim().replace(/\.0+$/, "");
      if (!/^-?\d{1,15}$/.test(text)) throw new RowProblem(null, "this is no whole number");
      return text;
    }
    case "DECIMAL": {
      const text = textOf(value).trim();
      if (!/^-?\d{1,15}(\.\d{1,6}0*)?$/.test(text)) throw new RowProblem(null, "this is no decimal number with at most 6 decimals: use `number` or `money`");
      return text.replace(/(\.\d{6})0+$/, "$1");
    }
    case "INSTANT": {
      const text = textOf(value).trim();
      const at = Date.parse(text);
      if (!INSTANT.test(text) || Number.isNaN(at) || at < 0 || at > LATEST) throw new RowProblem(null, "this is no instant such as 2026-01-31T12:00:00Z: use `date`");
      return new Date(at).toISOString();
    }
    case "COUNTRY": {
      const text = textOf(value).trim();
      const code = /^[A-Za-z]{2}$/.test(text) ? countryByCode(text.toUpperCase())?.code : countryByLabel(text).code;
      if (!code) throw new RowProblem(null, "this is no country of ISO 3166-1: give its code, or its English name");
      return code;
    }
    case "CURRENCY": {
      const text = textOf(value).trim().toUpperCase();
      if (!isCurrency(text)) throw new RowProblem(null, "this is no currency of ISO 4217");
      return text;
    }
    case "EMAIL": {
      const text = textOf(value).trim().toLowerCase();
      if (text === "") return null;
      if (text.length > 254 || !EMAIL.test(text)) throw new RowProblem(null, "this is no e-mail address");
      return text;
    }
    case "CODE": {
      const text = textOf(value).trim().toUpperCase();
      if (!spec.values?.includes(text)) throw new RowProblem(null, `it takes ${spec.values?.join(", ")}: use \`lookup\``);
      return text;
    }
  }
}

function line(text: string, most: number): string | null {
  const plain = text.trim().normalize("NFC");
  if (plain === "") return null;
  if (plain.length > most * 4 || [...plain].length > most) throw new RowProblem(null, `it has more than ${most} characters`);
  if (hasHidden(plain)) throw new RowProblem(null, "it holds characters that nobody sees (control characters, line breaks, marks of direction): use `collapse`");
  return plain;
}

function lines(text: string, most: number): string | null {
  const plain = text.replaceAll(/\r\n?/g, "\n").trim();
  if (plain === "") return null;
  if (plain.length > most) throw new RowProblem(null, `it has more than ${most} characters`);
  if (hasHiddenInLines(plain)) throw new RowProblem(null, "it holds characters that nobody sees");
  return plain;
}

function tooMany(count: number, most: number): number {
  if (count > most) throw new RowProblem(null, `it has more than ${most} entries`);
  return count;
}

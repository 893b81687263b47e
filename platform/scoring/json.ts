import { ModelRefused } from "./modelRefused.ts";

/** Field access on parsed JSON that refuses a document of another shape, naming the field. */
export type Json = Readonly<Record<string, unknown>>;

export function parseDocument(text: string, file: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  } catch {
    // told below
  }
  throw new ModelRefused(`${file} is no JSON document`);
}

export function object(value: unknown, what: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new ModelRefused(`${what} is no object`);
  return value as Json;
}

export function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ModelRefused(`${what} is no list`);
  return value;
}

export function text(value: unknown, what: string): string {
  if (typeof value !== "string") throw new ModelRefused(`${what} is no text`);
  return value;
}

export function finite(value: unknown, what: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new ModelRefused(`${what} is no finite number`);
  return value;
}

/** A number as golden rows carry it: NaN and the infinities by name. */
export function extended(value: unknown, what: string): number {
  if (value === "NaN") return Number.NaN;
  if (value === "Infinity") return Number.POSITIVE_INFINITY;
  if (value === "-Infinity") return Number.NEGATIVE_INFINITY;
  return finite(value, what);
}

export function numbers(value: unknown, what: string): Float64Array {
  return Float64Array.from(list(value, what), (one, index) => finite(one, `${what}[${index}]`));
}

/** Whole numbers within [least, below). */
export function indexes(value: unknown, what: string, least: number, below: number): Int32Array {
  return Int32Array.from(list(value, what), (one) => {
    const index = finite(one, what);
    if (!Number.isInteger(index) || index < least || index >= below) throw new ModelRefused(`${what} holds ${index}, which is out of bounds`);
    return index;
  });
}

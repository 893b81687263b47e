import type { AttributeType } from "./attributeValues.ts";
import { type InvalidValue, invalid } from "./draftRefusal.ts";
import { checkPlace } from "./namedInput.ts";
import { isLine } from "./plainText.ts";
import { lineMessage } from "./productInput.ts";
import type { Attribute } from "./taxonomy.ts";

export const MAX_ATTRIBUTE_OPTIONS = 2_000;
const MAX_NAME = 200;
const MAX_UNIT = 20;

/** Undefined is not given. */
export interface AttributeInput {
  readonly code: string;
  readonly expectedVersion: number | undefined;
  readonly name: string | undefined;
  readonly type: AttributeType | undefined;
  readonly unit: string | null | undefined;
  readonly isFilterable: boolean | undefined;
  readonly isSearchable: boolean | undefined;
  readonly isVariantOption: boolean | undefined;
  readonly position: number | undefined;
}

export interface OptionInput {
  readonly code: string;
  readonly label: string;
}

export function isAttributeCode(text: string): boolean {
  return /^[a-z][a-z0-9_]{0,99}$/.test(text);
}

/** The first thing that is wrong, for an attribute that is there or a new one. */
export function checkAttribute(input: AttributeInput, known: Attribute | undefined): InvalidValue | undefined {
  const { code, name, type, unit, position } = input;
  if (!isAttributeCode(code)) return invalid(["code"], "A code is a small letter, then small letters, digits and `_`; 1 to 100 together.");
  if (name === undefined ? !known : !isLine(name, MAX_NAME)) return invalid(["name"], `${name === undefined ? "A new attribute needs a name. " : ""}${lineMessage(MAX_NAME)}`);
  if (!known && type === undefined) return invalid(["type"], "A new attribute needs a type.");
  if (known && type !== undefined && type !== known.type) return invalid(["type"], `It is of type ${known.type} and stays so, since products have such values: make another attribute.`);
  if (unit != null && !isLine(unit, MAX_UNIT)) return invalid(["unit"], lineMessage(MAX_UNIT));
  if ((input.isVariantOption ?? known?.isVariantOption) && (known?.type ?? type) !== "OPTION") return invalid(["isVariantOption"], "Variants differ by options alone: its type has to be OPTION.");
  return position === undefined ? undefined : checkPlace(position);
}

/** The first thing that is wrong with a list of options by itself. */
export function checkOptions(options: readonly OptionInput[]): InvalidValue | undefined {
  if (options.length > MAX_ATTRIBUTE_OPTIONS) return invalid(["options"], `An attribute has at most ${MAX_ATTRIBUTE_OPTIONS} options.`);
  const codes = new Set<string>();
  for (const [n, { code, label }] of options.entries()) {
    if (!/^[a-z0-9][a-z0-9_.-]{0,99}$/.test(code)) return invalid(["options", String(n), "code"], "A code has 1 to 100 small letters, digits, `_`, `.` and `-`, beginning with a letter or digit.");
    if (codes.has(code)) return invalid(["options", String(n), "code"], "This code stands here twice.");
    codes.add(code);
    if (!isLine(label, MAX_NAME)) return invalid(["options", String(n), "label"], lineMessage(MAX_NAME));
  }
  return undefined;
}

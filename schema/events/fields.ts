import { z } from "zod";
import type { IdPrefix } from "../values/ids.ts";

/** Fields of events. Whatever the field, its description is a sentence for people who consume events. */

/** UUID text. With a prefix: of something that the API shows as `<prefix>_` and the UUID's 32 hex digits. */
export const uuid = (description: string, prefix?: IdPrefix) => z.uuid().meta({ description, ...(prefix ? { prefix } : {}) });

/** An exact decimal amount as text, "12.50"; JSON numbers are floats. Its currency is another field. */
export const amount = (description: string) => z.string().regex(/^-?\d+(\.\d+)?$/).meta({ description, format: "decimal text" });

/** A count beyond what a JSON number holds exactly, as text: units on a shelf. */
export const count = (description: string) => z.string().regex(/^-?\d+$/).meta({ description, format: "integer text" });

/** ISO 4217, three capitals. */
export const currency = (description = "ISO 4217 code of the amounts.") => z.string().regex(/^[A-Z]{3}$/).meta({ description, format: "currency code" });

/** ISO 3166-1, two capitals. */
export const country = (description: string) => z.string().regex(/^[A-Z]{2}$/).meta({ description, format: "country code" });

/** ISO 8601 in UTC. */
export const instant = (description: string) => z.iso.datetime().meta({ description });

export const text = (description: string) => z.string().meta({ description });
export const flag = (description: string) => z.boolean().meta({ description });
export const integer = (description: string) => z.int().meta({ description });
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T, description: string) => z.enum(values).meta({ description });
export const list = <T extends z.ZodType>(item: T, description: string) => z.array(item).meta({ description });
/** May be null; the field itself is always there. */
export const nullable = <T extends z.ZodType>(field: T) => field.nullable();

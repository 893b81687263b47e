import { type InvalidValue, invalid } from "./draftRefusal.ts";
import { isLine, isTextOfLines } from "./plainText.ts";
import { lineMessage, MAX_NAME } from "./productInput.ts";
import { isSlug, MAX_SLUG } from "./slug.ts";

export const MAX_SHORT_DESCRIPTION = 10_000;
export const MAX_PLACE = 1_000_000;

/** What categories, brands and collections have in common; undefined is not given. */
export interface NamedInput {
  /** UUID; a new one is made where not given. */
  readonly id: string | undefined;
  readonly expectedVersion: number | undefined;
  readonly name: string | undefined;
  readonly slug: string | undefined;
  readonly description: string | null | undefined;
  readonly position?: number | undefined;
}

/** The first thing that is wrong with it by itself. */
export function checkNamed({ id, name, slug, description, position }: NamedInput): InvalidValue | undefined {
  if (name === undefined ? id === undefined : !isLine(name, MAX_NAME)) return invalid(["name"], `${name === undefined ? "A new one needs a name. " : ""}${lineMessage(MAX_NAME)}`);
  if (slug !== undefined && !isSlug(slug)) return invalid(["slug"], `A slug has 1 to ${MAX_SLUG} small letters, digits and single hyphens between them: \`white-lantern\`.`);
  if (description != null && !isTextOfLines(description, MAX_SHORT_DESCRIPTION)) return invalid(["description"], `A description has at most ${MAX_SHORT_DESCRIPTION} characters, none of them a control character or a mark that nobody sees.`);
  return position === undefined ? undefined : checkPlace(position);
}

export function checkPlace(position: number): InvalidValue | undefined {
  return position >= 0 && position <= MAX_PLACE ? undefined : invalid(["position"], `A position is a whole number from 0 to ${MAX_PLACE}.`);
}

/** A refusal as a rule or a command gives it: a stable code in capitals and what belongs to it. */
export interface Refusal {
  readonly code: string;
}

/** What a refusal says to the caller: a sentence, the refused input, and the further fields of its type. */
export interface Rendering {
  message: string;
  path?: readonly string[];
  fields?: Readonly<Record<string, unknown>>;
}

/** A rendering for each code a command may answer; the compiler lists what is missing. */
export type Renderers<R extends Refusal> = { readonly [C in R["code"]]: (refusal: Extract<R, { code: C }>) => Rendering };

/** The member of the result union for a refusal: EMAIL_TAKEN becomes an `EmailTaken`. */
export function toUserError<R extends Refusal>(renderers: Renderers<R>, refusal: R): Record<string, unknown> {
  const render = renderers[refusal.code as R["code"]] as (refusal: R) => Rendering;
  const { message, path, fields } = render(refusal);
  return { __typename: typeNameOf(refusal.code), code: refusal.code, message, path: path ?? null, ...fields };
}

function typeNameOf(code: string): string {
  return code.toLowerCase().replace(/(?:^|_)([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

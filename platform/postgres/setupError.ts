/**
 * What the machine lacks or forbids, as one sentence that names the cure.
 * The command line prints `message` alone, without a stack, and exits with 1.
 */
export class SetupError extends Error {
  override readonly name = "SetupError";
}

/** The `code` of a system error ("EACCES"), or undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

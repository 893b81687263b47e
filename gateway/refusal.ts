/**
 * A request that is refused before anything runs. `message` and `code` go to the client as they stand, so they name what was
 * wrong and what is allowed, and nothing of ours.
 */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;
  readonly locations: readonly { line: number; column: number }[] | undefined;

  constructor(status: number, code: string, message: string, extra: { headers?: Record<string, string>; locations?: readonly { line: number; column: number }[] } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = extra.headers ?? {};
    this.locations = extra.locations;
  }
}

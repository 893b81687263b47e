import type { BigQueryConnection } from "../../tools/dbtProfile.ts";

/** A job was refused or failed; `reason` is BigQuery's own (`invalidQuery`, `bytesBilledLimitExceeded`, `notFound` ...). */
export class BigQueryError extends Error {
  override readonly name = "BigQueryError";
  readonly reason: string;
  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** The connection broke, which says nothing of what was asked. */
export function isBroken(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return ["EPIPE", "ECONNRESET", "UND_ERR_SOCKET"].includes(String(cause?.code ?? code));
}

/** Of HTTP. */
export function codeOf(error: unknown): number | undefined {
  const code = (error as { code?: unknown }).code;
  return typeof code === "number" ? code : typeof code === "string" && /^\d+$/.test(code) ? Number(code) : undefined;
}

export function toError(error: unknown): BigQueryError {
  if (error instanceof BigQueryError) return error;
  const { errors, message } = error as { errors?: { reason?: string; message?: string }[]; message?: string };
  return refused(errors?.[0]?.reason ?? `http ${codeOf(error) ?? "error"}`, errors?.[0]?.message ?? message ?? "BigQuery could not be reached", { cause: error });
}

/** What stands in the way of working in a project, and the cure. */
export function unreachable({ reason, message, cause }: BigQueryError, { project, endpoint, keyfile }: BigQueryConnection): BigQueryError {
  const told = (text: string) => new BigQueryError(reason, text, { cause });
  if (endpoint && (reason === "timeout" || /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|fetch failed/.test(message))) return told(`nobody answers at ${endpoint}, which MARTGRAPH_BIGQUERY_ENDPOINT names: start the emulator, or take the setting away to use Google's BigQuery`);
  if (/default credentials|invalid_grant|invalid_rapt|unauthorized_client/i.test(message) || reason === "http 401" || reason === "authError") return told(`Google does not know who is asking (${message}): ${keyfile ? "make a new key of the service account and name it with MARTGRAPH_BIGQUERY_KEYFILE" : "name a service account's key with MARTGRAPH_BIGQUERY_KEYFILE, or log in with gcloud auth application-default login"}`);
  if (reason === "notFound" || /project .* (not found|does not exist|unknown)|unknown project/i.test(message)) return told(`there is no project "${project}" with BigQuery (${message}): correct MARTGRAPH_BIGQUERY_PROJECT, or enable the BigQuery API there`);
  if (reason === "accessDenied" || reason === "http 403" || reason === "accessNotConfigured") return told(`the project "${project}" may not be worked in (${message}): grant the roles BigQuery Job User and BigQuery Data Editor on it to the account, or correct MARTGRAPH_BIGQUERY_PROJECT`);
  return told(`the project "${project}" cannot be reached: ${message}`);
}

export function refused(reason = "failed", message = "the job failed", options?: ErrorOptions): BigQueryError {
  return new BigQueryError(reason, withCure(reason, message), options);
}

/** What BigQuery says of the cap does not say whose it is. */
export function withCure(reason: string, message: string): string {
  const overCap = reason === "bytesBilledLimitExceeded" || /exceeded limit for bytes billed/i.test(message);
  return overCap ? `${message} The cap is MARTGRAPH_BIGQUERY_MAX_BYTES: raise it, or read less.` : message;
}

import { pino } from "pino";
import { logSettings } from "./config.ts";

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
}

/** Keys whose values never reach a log line, wherever they stand. */
const SECRETS = ["password", "accessToken", "token", "authorization", "secret", "privateJwk", "email"];

const root = pino(
  {
    level: logSettings().level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRETS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: "[redacted]" },
    serializers: { error: describeError, err: describeError },
  },
  // stderr: stdout belongs to what a command answers.
  pino.destination({ dest: 2, sync: true }),
);

/** What a log needs of an error. A driver's error also carries its whole client, settings included, which no log may hold. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === "string" ? { code } : {}),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

/** A structured log of one part of the system: JSON lines on stderr, level by MARTGRAPH_LOG_LEVEL (warn where not set). */
export function createLog(part: string): Log {
  return root.child({ part });
}

/** A log that keeps nothing: for tests and for tools whose output is the progress itself. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silentLog };

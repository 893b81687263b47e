import { DatabaseUnavailable, isConnectionError, SQLSTATE, sqlState } from "./errors.ts";

/** Turns a driver's error into one that tells a person what to check, or hands it back unchanged when it is about something else. */
export function explainUnavailable(config: { readonly host: string; readonly port: number; readonly database: string; readonly user: string }, error: unknown): unknown {
  const where = `database "${config.database}" at ${config.host}:${config.port}`;
  if (sqlState(error) === SQLSTATE.invalidPassword) {
    return new DatabaseUnavailable(`${where} refused the password of user "${config.user}": check the password`, { cause: error });
  }
  if (sqlState(error) === "3D000") return new DatabaseUnavailable(`${where} does not exist: create it or correct the name`, { cause: error });
  if (isConnectionError(error)) return new DatabaseUnavailable(`${where} does not answer: check that the server runs and is reachable`, { cause: error });
  return error;
}

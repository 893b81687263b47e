import pg from "pg";

/** What a query needs of its connection and pg's types leave out. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  readonly parsedStatements: Record<string, string | undefined>;
  bind(config: { statement: string; values: readonly unknown[] }): void;
  execute(config: { portal: string }): void;
}
interface QueryParts {
  submit(connection: Wire): Error | null;
  handleCommandComplete(message: unknown, connection: Wire): void;
}
const Query = pg.Query as unknown as new (config: pg.QueryConfig, values: undefined, callback: (error: Error | null, result: pg.QueryResult) => void) => QueryParts;

/** Prepared under this name, so that it can travel with the statement behind it. */
export const BEGIN = { name: "tx.begin", text: "begin isolation level read committed" } as const;

/**
 * Begins a transaction and runs its first statement in one round trip. No Sync stands between the two: should `begin` fail, the server
 * skips the statement, so that it never runs outside of the transaction.
 */
class BeginningQuery extends Query {
  #hasBegun = false;

  override submit(connection: Wire): Error | null {
    connection.stream.cork();
    try {
      connection.bind({ statement: BEGIN.name, values: [] });
      connection.execute({ portal: "" });
      return super.submit(connection);
    } finally {
      connection.stream.uncork();
    }
  }

  override handleCommandComplete(message: unknown, connection: Wire): void {
    if (this.#hasBegun) super.handleCommandComplete(message, connection);
    this.#hasBegun = true;
  }
}

/** Whether the connection knows `begin` by its name already. */
export function canBeginWith(client: pg.ClientBase): boolean {
  return (client as unknown as { connection: Wire }).connection.parsedStatements[BEGIN.name] !== undefined;
}

/** The first statement of a transaction, with its `begin`. Only for named statements, and where `canBeginWith`. */
export function beginWith(client: pg.ClientBase, config: pg.QueryConfig): Promise<pg.QueryResult> {
  return new Promise((resolve, reject) => {
    client.query(new BeginningQuery(config, undefined, (error, result) => (error ? reject(error) : resolve(result))) as unknown as pg.Submittable);
  });
}

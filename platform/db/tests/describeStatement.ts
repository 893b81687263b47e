import type { Tx } from "../database.ts";

export interface Described {
  /** Type oids of the parameters, as the server infers them. */
  params: readonly number[];
  columns: readonly { name: string; type: number; tableOid: number; columnNumber: number }[];
}

interface Listener {
  on(event: string, listener: (message: never) => void): unknown;
  off(event: string, listener: (message: never) => void): unknown;
}
interface WireConnection extends Listener {
  parse(message: { name: string; text: string; types: readonly number[] }): void;
  describe(message: { type: "S"; name: string }): void;
  sync(): void;
}

/**
 * Parses a statement and asks for its shape without running it: Parse, Describe, Sync of the extended query protocol.
 * `client` is the driver's own, as Database.session lends it. @throws the server's error when the statement cannot be parsed.
 * Source: PostgreSQL documentation, "Message Flow", extended query.
 */
export function describeStatement(client: unknown, text: string): Promise<Described> {
  return new Promise((resolve, reject) => {
    let params: readonly number[] = [];
    let columns: Described["columns"] = [];
    let failed: Error | undefined;
    let stop = () => {};
    // What the driver calls a submittable query: it is handed the connection, then every message that answers it.
    const query = {
      submit(connection: WireConnection) {
        const onParams = (message: { dataTypeIDs: readonly number[] }) => { params = message.dataTypeIDs; };
        connection.on("parameterDescription", onParams as never);
        stop = () => void connection.off("parameterDescription", onParams as never);
        connection.parse({ name: "", text, types: [] });
        connection.describe({ type: "S", name: "" });
        connection.sync();
      },
      handleRowDescription(message: { fields: readonly { name: string; dataTypeID: number; tableID: number; columnID: number }[] }) {
        columns = message.fields.map((field) => ({ name: field.name, type: field.dataTypeID, tableOid: field.tableID, columnNumber: field.columnID }));
      },
      handleError(error: Error) { failed = error; stop(); reject(error); },
      handleReadyForQuery() {
        stop();
        if (!failed) resolve({ params, columns });
      },
    };
    (client as { query(submittable: typeof query): void }).query(query);
  });
}

export interface PlanNode {
  /** "Seq Scan", "ModifyTable", ... */
  type: string;
  /** `schema.table`, or the index's name where the plan tells no table. */
  relation: string;
  /** A scan that begins at the table's or an index's first entry and is not stopped by a limit. */
  readsAll: boolean;
}

interface ServerPlan {
  "Node Type": string;
  "Relation Name"?: string;
  Schema?: string;
  "Index Cond"?: string;
  "Index Name"?: string;
  Plans?: readonly ServerPlan[];
}

/** Nodes that hand rows on as they come, so that a limit above them ends the scan below. */
const STREAMING = new Set(["Limit", "LockRows", "Result", "Subquery Scan", "Nested Loop", "Append", "Merge Append", "Memoize", "Incremental Sort"]);

/** Every node of the statement's generic plan, as the server would choose it if sequential scans cost the world. */
export async function explainGeneric(session: Tx, text: string): Promise<PlanNode[]> {
  await session.raw("set enable_seqscan = off");
  const { rows } = await session.raw<{ "QUERY PLAN": readonly { Plan: ServerPlan }[] }>(`explain (generic_plan, verbose, format json) ${text}`);
  const nodes: PlanNode[] = [];
  const walk = (plan: ServerPlan, limited: boolean): void => {
    const type = plan["Node Type"];
    const isIndex = /^(Index|Index Only|Bitmap Index) Scan$/.test(type);
    nodes.push({
      type,
      relation: plan["Relation Name"] ? `${plan.Schema}.${plan["Relation Name"]}` : (plan["Index Name"] ?? ""),
      readsAll: type === "Seq Scan" || (isIndex && plan["Index Cond"] === undefined && !limited),
    });
    for (const below of plan.Plans ?? []) walk(below, type === "Limit" || (limited && STREAMING.has(type)));
  };
  rows[0]?.["QUERY PLAN"].forEach(({ Plan }) => walk(Plan, false));
  return nodes;
}

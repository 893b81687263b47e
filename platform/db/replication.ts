import type { Duplex } from "node:stream";
import pg from "pg";
import type { DatabaseConfig } from "./database.ts";
import { explainUnavailable } from "./explainUnavailable.ts";
import { formatLsn, parseLsn } from "./lsn.ts";

/** Seconds from 1970 to 2000, where PostgreSQL's clock starts. */
const EPOCH_2000_MS = 946_684_800_000;
const CLOSE_MS = 500;

/** The parts of pg's connection that the replication protocol needs and its types leave out. */
interface WireConnection {
  stream: Duplex;
  on(event: "copyData", listener: (message: { chunk: Buffer }) => void): void;
  once(event: "replicationStart", listener: () => void): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

export interface SourceServer {
  systemId: string;
  timeline: bigint;
  database: string;
  /** The end of what the server has written to disk. */
  flushedLsn: bigint;
}

export interface CreatedSlot {
  /** Every transaction whose commit record starts below is in the snapshot, every other one comes through the slot. */
  consistentPoint: bigint;
  /** For `set transaction snapshot`; valid until the next command on this connection. */
  snapshot: string;
}

export interface StreamHandlers {
  /** One message of the output plugin. `data` is only valid during the call. */
  onData(data: Buffer): void;
  /** All that was written below `walEnd` has been sent. */
  onKeepalive(walEnd: bigint): void;
  /** The stream ended: stopped by the server, or the connection broke. Called once, not after close(). */
  onEnd(error: Error): void;
}

/**
 * One connection that speaks PostgreSQL's streaming replication protocol.
 * Source of the messages: PostgreSQL documentation, "Streaming Replication Protocol".
 */
export class ReplicationConnection {
  readonly #client: pg.Client;
  readonly #wire: WireConnection;
  #closed = false;
  #failed: Error | undefined;
  /** Settles when the server has left the stream. */
  #streaming: Promise<void> | undefined;
  #onEnd: ((error: Error) => void) | undefined;

  private constructor(client: pg.Client) {
    this.#client = client;
    this.#wire = (client as unknown as { connection: WireConnection }).connection;
    client.on("error", (error) => this.#end(error));
    client.on("end", () => this.#end(new Error("Connection terminated by the server")));
  }

  /** @throws DatabaseUnavailable when the server is away or refuses the login. */
  static async open(config: DatabaseConfig): Promise<ReplicationConnection> {
    const client = new pg.Client({
      host: config.host,
      port: config.port,
      database: config.database,
      user: config.user,
      password: config.password,
      application_name: config.applicationName ?? "martgraph",
      connectionTimeoutMillis: 10_000,
      // Values come as text: they must read the same whatever the server's defaults are.
      options: "-c datestyle=ISO -c intervalstyle=postgres -c timezone=UTC -c extra_float_digits=3 -c bytea_output=hex",
      replication: "database",
    } as pg.ClientConfig);
    const connection = new ReplicationConnection(client);
    try {
      await client.connect();
    } catch (error) {
      throw explainUnavailable(config, error);
    }
    return connection;
  }

  async identify(): Promise<SourceServer> {
    const { rows } = await this.#client.query<{ systemid: string; timeline: number; xlogpos: string; dbname: string }>("IDENTIFY_SYSTEM");
    const row = rows[0];
    if (!row) throw new Error("IDENTIFY_SYSTEM answered nothing");
    return { systemId: row.systemid, timeline: BigInt(row.timeline), database: row.dbname, flushedLsn: parseLsn(row.xlogpos) };
  }

  /** Waits for the transactions that are open now. A temporary slot goes with the connection. */
  async createSlot(name: string, options: { temporary: boolean }): Promise<CreatedSlot> {
    const { rows } = await this.#client.query<{ consistent_point: string; snapshot_name: string }>(
      `CREATE_REPLICATION_SLOT ${slotIdentifier(name)}${options.temporary ? " TEMPORARY" : ""} LOGICAL pgoutput (SNAPSHOT 'export')`,
    );
    const row = rows[0];
    if (!row) throw new Error("CREATE_REPLICATION_SLOT answered nothing");
    return { consistentPoint: parseLsn(row.consistent_point), snapshot: row.snapshot_name };
  }

  /**
   * Starts pgoutput, protocol version 1, with logical messages; resolves once the server streams.
   * @throws the server's error when the slot is missing, busy (55006) or invalidated (55000).
   */
  async start(slot: string, publication: string, from: bigint, handlers: StreamHandlers): Promise<void> {
    this.#wire.on("copyData", ({ chunk }) => {
      if (this.#closed) return;
      // XLogData: 'w', start, end, clock (8 bytes each), payload. Keepalive: 'k', end, clock, reply wanted.
      if (chunk[0] === 0x77) handlers.onData(chunk.subarray(25));
      else if (chunk[0] === 0x6b) handlers.onKeepalive(chunk.readBigUInt64BE(1));
    });
    await new Promise<void>((resolve, reject) => {
      this.#onEnd = (error) => reject(error);
      this.#wire.once("replicationStart", () => {
        this.#onEnd = handlers.onEnd;
        resolve();
      });
      this.#streaming = this.#client
        .query(`START_REPLICATION SLOT ${slotIdentifier(slot)} LOGICAL ${formatLsn(from)} (proto_version '1', publication_names ${literal(identifier(publication))}, messages 'true')`)
        .then(() => this.#end(new Error("the server ended the stream")), (error: Error) => this.#end(error));
    });
    if (this.#failed) throw this.#failed;
  }

  /** Tells the server that everything below `lsn` is kept and need not be sent again. `ask` wants a keepalive back. */
  acknowledge(lsn: bigint, ask = false): void {
    if (this.#closed || this.#failed) return;
    const message = Buffer.alloc(34);
    message[0] = 0x72;
    message.writeBigUInt64BE(lsn, 1); // written
    message.writeBigUInt64BE(lsn, 9); // flushed
    message.writeBigUInt64BE(lsn, 17); // applied
    message.writeBigInt64BE(BigInt(Date.now() - EPOCH_2000_MS) * 1000n, 25);
    message[33] = ask ? 1 : 0;
    this.#wire.sendCopyFromChunk(message);
  }

  /** Stops reading from the socket, so that the server waits. */
  pause(): void {
    this.#wire.stream.pause();
  }

  resume(): void {
    this.#wire.stream.resume();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#onEnd = undefined;
    this.resume();
    if (this.#streaming && !this.#failed) {
      // Leaving by the protocol frees the slot at once; a server that is stuck must not hold up the stop.
      this.#wire.endCopyFrom();
      await Promise.race([this.#streaming, new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())]);
    }
    const patience = setTimeout(() => this.#wire.stream.destroy(), CLOSE_MS);
    try {
      await this.#client.end();
    } catch {
      // broken already
    } finally {
      clearTimeout(patience);
    }
  }

  #end(error: Error): void {
    if (this.#closed || this.#failed) return;
    this.#failed = error;
    this.#onEnd?.(error);
  }
}

/** Slot names allow nothing else (PostgreSQL, ReplicationSlotValidateName). */
function slotIdentifier(name: string): string {
  if (!/^[a-z0-9_]{1,63}$/.test(name)) throw new Error(`"${name}" is no slot name: use lower-case letters, digits and underscores, at most 63`);
  return `"${name}"`;
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

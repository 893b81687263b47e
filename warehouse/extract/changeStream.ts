import type { ReplicationConnection } from "#platform/db/replication.ts";
import { decode, type Message } from "./pgoutput.ts";

/** A keepalive stands in the queue like a message, so that its position is only believed once all before it is dealt with. */
export type StreamItem = Message | { kind: "keepalive"; walEnd: bigint };

/** Beyond so many undealt bytes the socket is left unread and the server waits. */
const PAUSE_BYTES = 4_000_000;
const RESUME_BYTES = 1_000_000;
/** The server drops a client it has not heard of for wal_sender_timeout (60 s where not set). */
const STATUS_MS = 10_000;
const SILENCE_MS = 60_000;
const FIRST_NUDGE_MS = 50;
const LAST_NUDGE_MS = 2_000;

/**
 * The changes of a slot as a queue of bounded size. The server is told of a position only by `acknowledge`,
 * so what was taken but not kept comes again.
 */
export class ChangeStream {
  readonly #connection: ReplicationConnection;
  #queue: { item: StreamItem; bytes: number }[] = [];
  #head = 0;
  #bytes = 0;
  #paused = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;
  #acknowledged: bigint;
  #heardAt = Date.now();
  readonly #timer: NodeJS.Timeout;

  private constructor(connection: ReplicationConnection, from: bigint) {
    this.#connection = connection;
    this.#acknowledged = from;
    this.#timer = setInterval(() => this.#tick(), STATUS_MS).unref();
  }

  /** Takes over the connection: it is closed with the stream. `from` is an LSN. */
  static async open(connection: ReplicationConnection, slotName: string, publication: string, from: bigint): Promise<ChangeStream> {
    const stream = new ChangeStream(connection, from);
    try {
      await connection.start(slotName, publication, from, {
        onData: (data) => stream.#receive(data),
        onKeepalive: (walEnd) => stream.#push({ kind: "keepalive", walEnd }, 32),
        onEnd: (error) => stream.fail(error),
      });
    } catch (error) {
      await stream.close();
      throw error;
    }
    return stream;
  }

  /** The next item, or undefined when none has come yet. @throws what ended the stream, at once and without the rest of the queue. */
  take(): StreamItem | undefined {
    if (this.#error) throw this.#error;
    const entry = this.#queue[this.#head];
    if (!entry) return undefined;
    this.#head += 1;
    this.#bytes -= entry.bytes;
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    }
    if (this.#paused && this.#bytes < RESUME_BYTES) {
      this.#paused = false;
      this.#heardAt = Date.now();
      this.#connection.resume();
    }
    return entry.item;
  }

  /** Resolves when an item is there or `timeoutMs` have passed. @throws what ended the stream. */
  async readable(timeoutMs: number): Promise<void> {
    if (this.#error) throw this.#error;
    const deadline = Date.now() + timeoutMs;
    for (let pause = FIRST_NUDGE_MS; this.#head >= this.#queue.length; pause = Math.min(pause * 2, LAST_NUDGE_MS)) {
      const left = deadline - Date.now();
      if (left <= 0) return;
      await this.#pushed(Math.min(pause, left));
      if (this.#error) throw this.#error;
      // The server may miss the wake-up of a write that comes just as it lies down (it looks before it queues itself,
      // walsender.c WalSndWait); any word from us makes it look again.
      if (this.#head >= this.#queue.length) this.#connection.acknowledge(this.#acknowledged);
    }
  }

  /** Everything below `lsn` is kept for good. */
  acknowledge(lsn: bigint): void {
    if (lsn > this.#acknowledged) this.#acknowledged = lsn;
    this.#connection.acknowledge(this.#acknowledged);
  }

  /** Ends the stream with an error that the next `take` or `readable` throws. */
  fail(error: Error): void {
    this.#error ??= error;
    this.#wake?.();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.fail(new Error("the stream is closed"));
    await this.#connection.close();
  }

  async #pushed(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  #receive(data: Buffer): void {
    try {
      const message = decode(data);
      if (message) this.#push(message, data.length + 100);
      else this.#heardAt = Date.now();
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #push(item: StreamItem, bytes: number): void {
    this.#heardAt = Date.now();
    const last = this.#queue.at(-1);
    if (item.kind === "keepalive" && last?.item.kind === "keepalive") {
      last.item = item;
    } else {
      this.#queue.push({ item, bytes });
      this.#bytes += bytes;
    }
    if (!this.#paused && this.#bytes > PAUSE_BYTES) {
      this.#paused = true;
      this.#connection.pause();
    }
    this.#wake?.();
  }

  #tick(): void {
    const silent = this.#paused ? 0 : Date.now() - this.#heardAt;
    if (silent > SILENCE_MS) this.fail(new Error(`Connection terminated: the shop's database has said nothing for ${SILENCE_MS / 1000} s`));
    this.#connection.acknowledge(this.#acknowledged, silent > SILENCE_MS / 3);
  }
}

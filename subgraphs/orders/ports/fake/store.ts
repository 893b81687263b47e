import type { Account } from "./account.ts";

/** What was answered to an idempotency key; forgotten after a day. */
export interface StoredRequest {
  readonly key: string;
  /** Of what was asked: the same key with another content is a mistake. */
  readonly fingerprint: string;
  readonly answer: unknown;
  readonly createdAt: Date;
}

/** An event in the form in which it is told, until it is delivered. */
export interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly body: string;
  readonly createdAt: Date;
}

export interface StoreChange {
  /** As it becomes; its version less one is the version it was read at. */
  readonly account: Account;
  readonly request: StoredRequest | null;
  readonly events: readonly StoredEvent[];
}

/** Where the stand-in keeps its books. A change is written as a whole or not at all. */
export interface FakeStore {
  load(ref: string | null, key: string | null): Promise<{ account: Account | undefined; request: StoredRequest | undefined }>;
  /** False when the account has changed, or the key was used, since they were read. */
  commit(change: StoreChange): Promise<boolean>;
  /** Drops answers made at `before` or earlier. */
  forget(before: Date): Promise<void>;
  /** Oldest first, at most `limit`. */
  listUndelivered(limit: number): Promise<StoredEvent[]>;
  markDelivered(ids: readonly string[]): Promise<void>;
}

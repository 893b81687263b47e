import type { Readable } from "node:stream";

/** What is known of an object without reading it. */
export interface ObjectInfo {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly contentType: string;
  readonly modifiedAt: Date;
}

export interface PutOptions {
  readonly contentType: string;
  /** A longer body is refused as {@link ObjectTooLarge}, and nothing is stored. */
  readonly maxBytes?: number;
  /** Bytes of a stream, where they are known: a store that wants the length first need not hold the body in memory then. */
  readonly size?: number;
}

export interface StoredObject extends ObjectInfo {
  /** Read it to its end or destroy it. */
  readonly body: Readable;
}

/** How a client hands a body to the store itself, by one HTTP request. */
export interface PresignedPut {
  readonly url: string;
  readonly method: "PUT";
  /** To be sent as they stand: they are part of what was signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
}

export interface PresignOptions {
  readonly contentType: string;
  /** Bytes, exactly; another length is refused by the store. */
  readonly size: number;
  /** 1 to 3,600. */
  readonly expiresSeconds: number;
}

/**
 * A store of bodies under keys: files of this machine, or S3. One contract for both (tests/contract.ts). Keys are
 * `part/part/...` of lower-case letters, digits, `.`, `_`, `=` and `-`, at most 300 characters; no part begins with a dot.
 */
export interface ObjectStore {
  readonly kind: "file" | "s3";
  /** Stores it whole or not at all; what was there under the key is replaced in one step. @throws ObjectTooLarge */
  put(key: string, body: Uint8Array | Readable, options: PutOptions): Promise<ObjectInfo>;
  get(key: string): Promise<StoredObject | undefined>;
  head(key: string): Promise<ObjectInfo | undefined>;
  /** Says nothing of whether there was one. */
  delete(key: string): Promise<void>;
  /** All whose keys begin with the prefix, in the order of their keys; what others put there under a name that is no key is listed too. */
  list(prefix: string): AsyncIterable<ObjectInfo>;
  presignPut(key: string, options: PresignOptions): Promise<PresignedPut>;
  close(): Promise<void>;
}

/** The body is longer than it may be. */
export class ObjectTooLarge extends Error {
  override readonly name = "ObjectTooLarge";
}

/** The store cannot be reached, or answers what makes no sense. Try again later. */
export class ObjectsUnavailable extends Error {
  override readonly name = "ObjectsUnavailable";
}

const KEY = /^[a-z0-9_-][a-z0-9._=-]*(?:\/[a-z0-9_-][a-z0-9._=-]*)*$/;
export const MAX_KEY = 300;

export function isObjectKey(text: string): boolean {
  return text.length <= MAX_KEY && KEY.test(text);
}

/** @throws RangeError for what is no key: a mistake of the caller's, never of a client's. */
export function assertKey(key: string): void {
  if (!isObjectKey(key)) throw new RangeError(`${JSON.stringify(key.slice(0, 100))} is no key of an object`);
}

/** The whole body. @throws ObjectTooLarge beyond `maxBytes` */
export async function readAll(body: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      body.destroy();
      throw new ObjectTooLarge(`the object is longer than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

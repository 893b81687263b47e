import { type Readable, Transform } from "node:stream";
import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { assertKey, type ObjectInfo, type ObjectStore, ObjectsUnavailable, ObjectTooLarge, readAll } from "./store.ts";

export interface S3StoreOptions {
  readonly bucket: string;
  readonly region: string;
  /** For servers that are not Amazon's; their buckets stand in the path. */
  readonly endpoint?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const TIMEOUT_MS = 20_000;
/** What is not bounded by its caller still has to fit into memory: S3 wants the length before the body. */
const MOST_BYTES = 256 * 1024 * 1024;
/** Smaller ones are sent from memory, which can be tried again; a stream cannot. */
const STREAMED_FROM = 8 * 1024 * 1024;

/** Objects in a bucket of S3, or of a server that speaks its API. Network failures are tried again by the client library, three times in all. */
export function createS3Store({ bucket, region, endpoint, accessKeyId, secretAccessKey }: S3StoreOptions): ObjectStore {
  const client = new S3Client({
    region,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    credentials: { accessKeyId, secretAccessKey },
    // Checksums that older servers do not know are sent only where S3 demands them.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: { requestTimeout: TIMEOUT_MS, connectionTimeout: 5_000 },
  });
  const at = (key: string) => {
    assertKey(key);
    return { Bucket: bucket, Key: key };
  };

  async function head(key: string): Promise<ObjectInfo | undefined> {
    const found = await orMissing(client.send(new HeadObjectCommand(at(key))));
    return found && { key, size: found.ContentLength ?? 0, contentType: found.ContentType ?? "application/octet-stream", modifiedAt: found.LastModified ?? new Date(0) };
  }

  return {
    kind: "s3",
    head,
    async put(key, body, { contentType, maxBytes, size }) {
      const isStreamed = !(body instanceof Uint8Array) && size !== undefined && size > STREAMED_FROM;
      if (isStreamed && maxBytes !== undefined && size > maxBytes) throw new ObjectTooLarge(`the object is longer than ${maxBytes} bytes`);
      const most = maxBytes ?? MOST_BYTES;
      const sent = isStreamed || body instanceof Uint8Array ? body : await readAll(body, most);
      const length = isStreamed ? size : (sent as Uint8Array).length;
      if (!isStreamed && length > most) throw new ObjectTooLarge(`the object is longer than ${most} bytes`);
      await told(client.send(new PutObjectCommand({ ...at(key), Body: sent, ContentType: contentType, ContentLength: length })));
      return { key, size: length, contentType, modifiedAt: new Date() };
    },
    async get(key) {
      const found = await orMissing(client.send(new GetObjectCommand(at(key))));
      if (!found?.Body) return undefined;
      // Torn connections show as what they are, also in the midst of a body.
      const body = (found.Body as Readable).pipe(new Transform({ transform: (chunk, _encoding, done) => done(null, chunk) }));
      (found.Body as Readable).once("error", (error) => body.destroy(new ObjectsUnavailable("the object store broke off", { cause: error })));
      return { key, size: found.ContentLength ?? 0, contentType: found.ContentType ?? "application/octet-stream", modifiedAt: found.LastModified ?? new Date(0), body };
    },
    async delete(key) {
      await orMissing(client.send(new DeleteObjectCommand(at(key))));
    },
    async *list(prefix) {
      let after: string | undefined;
      do {
        const page = await told(client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(after === undefined ? {} : { ContinuationToken: after }) })));
        for (const { Key, Size, LastModified } of page.Contents ?? []) {
          // A listing does not tell types; who needs one asks for the object.
          if (Key !== undefined) yield { key: Key, size: Size ?? 0, contentType: "application/octet-stream", modifiedAt: LastModified ?? new Date(0) };
        }
        after = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (after !== undefined);
    },
    async presignPut(key, { contentType, size, expiresSeconds }) {
      const url = await getSignedUrl(client, new PutObjectCommand({ ...at(key), ContentType: contentType, ContentLength: size }), {
        expiresIn: expiresSeconds, signableHeaders: new Set(["content-type", "content-length", "host"]),
      });
      return { url, method: "PUT", headers: { "content-type": contentType }, expiresAt: new Date(Date.now() + expiresSeconds * 1000) };
    },
    close: async () => client.destroy(),
  };
}

async function orMissing<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof S3ServiceException && (error.name === "NotFound" || error.name === "NoSuchKey" || error.$metadata.httpStatusCode === 404)) return undefined;
    throw unavailable(error);
  }
}

async function told<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    throw unavailable(error);
  }
}

/** Name and status say what is wrong; the library's sentences may repeat keys and addresses. */
function unavailable(error: unknown): ObjectsUnavailable {
  const said = error instanceof S3ServiceException ? `${error.name}, status ${error.$metadata.httpStatusCode ?? "none"}` : ((error as NodeJS.ErrnoException).code ?? (error as Error).name);
  return new ObjectsUnavailable(`the object store could not do it (${said})`, { cause: error });
}

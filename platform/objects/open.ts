import { createHmac } from "node:crypto";
import { createFileStore } from "./fileStore.ts";
import type { S3StoreOptions } from "./s3Store.ts";
import type { ObjectStore } from "./store.ts";
import { uploadSigner, type UploadSigner } from "./uploads.ts";

/** What every process that keeps or hands out objects is told. JSON: it travels in the environment of split processes. */
export interface ObjectsOptions {
  /** Folder of the objects where no S3 is set. */
  readonly dir: string;
  /** 32 bytes or more as base64url, the same in all processes: signs addresses for uploads. */
  readonly secret: string;
  readonly s3?: S3StoreOptions;
  /** Where clients reach the gateway; addresses are paths where nobody said so. */
  readonly publicUrl?: string;
}

/** The key for uploads, made of another secret that the processes share, so that neither can be used for the other. */
export function uploadSecret(shared: string): string {
  return createHmac("sha256", Buffer.from(shared, "base64url")).update("martgraph-uploads").digest("base64url");
}

export function openUploadSigner({ secret, publicUrl }: ObjectsOptions): UploadSigner {
  return uploadSigner({ secret: Buffer.from(secret, "base64url"), baseUrl: publicUrl });
}

/** The bucket that is set, else a folder. The client library of S3 is loaded only where it is used. */
export async function openObjectStore(options: ObjectsOptions): Promise<ObjectStore> {
  if (!options.s3) return createFileStore({ dir: options.dir, uploads: openUploadSigner(options) });
  const { createS3Store } = await import("./s3Store.ts");
  return createS3Store(options.s3);
}

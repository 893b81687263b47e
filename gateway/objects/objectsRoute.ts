import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { DOWNLOAD_PATH, openDownloadSigner } from "#platform/objects/downloads.ts";
import { openObjectStore, openUploadSigner, type ObjectsOptions } from "#platform/objects/open.ts";
import { receiveUpload } from "#platform/objects/receiveUpload.ts";
import { isObjectKey, type ObjectInfo, ObjectsUnavailable } from "#platform/objects/store.ts";
import { UPLOAD_PATH } from "#platform/objects/uploads.ts";
import { respondJson } from "../http/respond.ts";

export interface ObjectsRoute {
  /** False when the path is none of objects. */
  handle(path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  close(): Promise<void>;
}

/** Uploads being taken in; the next is told to come again. */
const MOST_UPLOADS = 16;
/** Only what is made to be public lies under this prefix: pictures, encoded anew by the shop, named by the hash of what they were made of. */
const MEDIA_PATH = "/media/";

/** A picture never changes under its name, runs nothing and frames nothing, whatever a browser takes it for. */
const MEDIA_HEADERS = {
  "cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; sandbox", "cross-origin-resource-policy": "cross-origin", "access-control-allow-origin": "*",
} as const;

/** What one person asked for is kept by nobody on its way. */
const FILE_HEADERS = { "cache-control": "private, no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "content-security-policy": "default-src 'none'; sandbox" } as const;

/** Bodies in and out: uploads to signed addresses, and public pictures. Without a store there are none. */
export async function objectsRoute(options: ObjectsOptions | undefined): Promise<ObjectsRoute> {
  if (!options) return { handle: async () => false, close: async () => {} };
  const store = await openObjectStore(options);
  const signer = openUploadSigner(options);
  const downloads = openDownloadSigner(options);
  let uploads = 0;

  async function upload(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (uploads >= MOST_UPLOADS) return respondJson(response, 503, { error: "Come again." }, { "retry-after": "2", connection: "close" });
    uploads += 1;
    try {
      const { status, message } = await receiveUpload(store, signer, request);
      // What is left of a refused body is not read.
      respondJson(response, status, status === 200 ? { stored: true } : { error: message }, status === 200 ? {} : { connection: "close", ...(status === 405 ? { allow: "PUT" } : {}) });
    } finally {
      uploads -= 1;
    }
  }

  async function picture(key: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== "GET" && request.method !== "HEAD") return respondJson(response, 405, { error: "Pictures are read." }, { allow: "GET, HEAD" });
    const etag = `"${key.slice(6)}"`;
    if (request.headers["if-none-match"] === etag) {
      response.writeHead(304, { ...MEDIA_HEADERS, etag }).end();
      return;
    }
    const found = !isObjectKey(key) ? undefined : request.method === "HEAD" ? bodiless(await store.head(key)) : await store.get(key);
    if (!found) return respondJson(response, 404, { error: "There is no such picture." });
    response.writeHead(200, { ...MEDIA_HEADERS, "content-type": found.contentType, "content-length": found.size, etag });
    if (!found.body) response.end();
    else await pipeline(found.body, response).catch(() => response.destroy());
  }

  /** A report or an export, for whoever holds its address; saved, never shown. */
  async function download(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== "GET") return respondJson(response, 405, { error: "Files are read." }, { allow: "GET" });
    const wanted = downloads.verify(path, new URLSearchParams((request.url ?? "").split("?", 2)[1] ?? ""));
    if (!wanted) return respondJson(response, 403, { error: "This address was not made here, was altered, or is too old: ask for a new one." });
    const found = await store.get(wanted.key);
    if (!found) return respondJson(response, 404, { error: "The file is there no longer." });
    response.writeHead(200, { ...FILE_HEADERS, "content-type": found.contentType, "content-length": found.size, "content-disposition": `attachment; filename="${wanted.fileName}"` });
    await pipeline(found.body, response).catch(() => response.destroy());
  }

  const bodiless = (info: ObjectInfo | undefined) => info && { ...info, body: undefined };

  return {
    async handle(path, request, response) {
      try {
        if (path.startsWith(UPLOAD_PATH)) await upload(request, response);
        else if (path.startsWith(MEDIA_PATH)) await picture(path.slice(1), request, response);
        else if (path.startsWith(DOWNLOAD_PATH)) await download(path, request, response);
        else return false;
      } catch (error) {
        if (!(error instanceof ObjectsUnavailable) || response.headersSent) throw error;
        respondJson(response, 503, { error: "The store cannot be reached: come again." }, { "retry-after": "5" });
      }
      return true;
    },
    close: () => store.close(),
  };
}

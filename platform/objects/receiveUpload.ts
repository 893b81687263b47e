import type { IncomingMessage } from "node:http";
import { type ObjectStore, ObjectsUnavailable, ObjectTooLarge } from "./store.ts";
import type { UploadSigner } from "./uploads.ts";

/** What is answered to an upload; sentences are for the client's developer. */
export interface UploadAnswer {
  readonly status: 200 | 400 | 403 | 405 | 411 | 413 | 503;
  readonly message: string;
}

const REFUSED: UploadAnswer = { status: 403, message: "This address was not made here, was altered, or is too old: ask for a new one." };

/**
 * Takes the body of a `PUT` to a signed address straight into the store. Type and length are those that were signed, or nothing is
 * stored; what the body holds is looked at by whoever asked for it.
 */
export async function receiveUpload(store: ObjectStore, signer: UploadSigner, request: IncomingMessage): Promise<UploadAnswer> {
  if (request.method !== "PUT") return { status: 405, message: "Bodies are handed in by PUT." };
  const [path = "", query = ""] = (request.url ?? "").split("?", 2);
  const upload = signer.verify(path, new URLSearchParams(query));
  if (!upload) return REFUSED;
  if (request.headers["content-type"] !== upload.contentType) return { status: 400, message: `The content type is not the one that was asked for, ${upload.contentType}.` };
  const announced = request.headers["content-length"];
  if (announced === undefined) return { status: 411, message: "The length is not announced: send Content-Length." };
  if (Number(announced) !== upload.size) return { status: Number(announced) > upload.size ? 413 : 400, message: `The length is not the one that was asked for, ${upload.size} bytes.` };
  try {
    const { size } = await store.put(upload.key, request, { contentType: upload.contentType, maxBytes: upload.size });
    if (size === upload.size) return { status: 200, message: "Stored." };
    // The connection ended before the body did; node tells so as an error as a rule.
    await store.delete(upload.key);
    return { status: 400, message: "The body ended early: send it again." };
  } catch (error) {
    if (error instanceof ObjectTooLarge) return { status: 413, message: `The body is longer than ${upload.size} bytes.` };
    if (error instanceof ObjectsUnavailable) return { status: 503, message: "The store cannot take it at this moment: come again." };
    if (request.destroyed || request.errored) return { status: 400, message: "The body ended early: send it again." };
    throw error;
  }
}

import { createHmac, timingSafeEqual } from "node:crypto";
import { type Clock, wallClock } from "../clock.ts";
import { isObjectKey, type PresignedPut, type PresignOptions } from "./store.ts";

/** What a signed address allows: one body of this type and length, under this key, until then. */
export interface Upload {
  readonly key: string;
  readonly contentType: string;
  readonly size: number;
}

export interface UploadSigner {
  sign(key: string, options: PresignOptions): PresignedPut;
  /** What the path and query of a request allow; undefined where it was not signed here, was altered or is too late. */
  verify(path: string, query: URLSearchParams): Upload | undefined;
}

export const UPLOAD_PATH = "/uploads/";
const DOMAIN = "martgraph-upload-v1";

/**
 * Presigned addresses of our own, for stores that have none: `PUT <base>/uploads/<key>?type=&size=&until=&signature=`, signed with
 * HMAC-SHA256 over all of them, after the manner of S3's query string authentication. Without a base the address is a path, to be
 * resolved against the endpoint's: behind a proxy nobody here knows what clients call it.
 * @throws RangeError for a secret shorter than 32 bytes
 */
export function uploadSigner({ secret, baseUrl, clock = wallClock }: { secret: Buffer; baseUrl?: string | undefined; clock?: Clock }): UploadSigner {
  if (secret.length < 32) throw new RangeError("the key that signs uploads is shorter than 32 bytes");
  const mac = ({ key, contentType, size }: Upload, until: number) => createHmac("sha256", secret).update(JSON.stringify([DOMAIN, key, contentType, size, until])).digest();
  return {
    sign(key, { contentType, size, expiresSeconds }) {
      const until = Math.floor(clock.now().getTime() / 1000) + expiresSeconds;
      const query = new URLSearchParams({ type: contentType, size: String(size), until: String(until), signature: mac({ key, contentType, size }, until).toString("base64url") });
      const path = `${UPLOAD_PATH}${key}?${query.toString()}`;
      return { url: baseUrl === undefined ? path : new URL(path, baseUrl).href, method: "PUT", headers: { "content-type": contentType }, expiresAt: new Date(until * 1000) };
    },
    verify(path, query) {
      if (!path.startsWith(UPLOAD_PATH)) return undefined;
      const upload = { key: path.slice(UPLOAD_PATH.length), contentType: query.get("type") ?? "", size: wholeNumber(query.get("size")) };
      const until = wholeNumber(query.get("until"));
      const given = Buffer.from(query.get("signature") ?? "", "base64url");
      if (!isObjectKey(upload.key)) return undefined;
      const expected = mac(upload, until);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      return until * 1000 > clock.now().getTime() ? upload : undefined;
    },
  };
}

const wholeNumber = (text: string | null): number => (text !== null && /^\d{1,15}$/.test(text) ? Number(text) : -1);

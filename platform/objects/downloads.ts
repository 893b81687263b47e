import { createHmac, timingSafeEqual } from "node:crypto";
import { type Clock, wallClock } from "../clock.ts";
import type { ObjectsOptions } from "./open.ts";
import { isObjectKey } from "./store.ts";

/** What a signed address hands out: this object, saved under this name. */
export interface Download {
  readonly key: string;
  readonly fileName: string;
}

export interface DownloadSigner {
  /** An address for so many seconds; a path where nobody said where clients reach the gateway. */
  sign(download: Download, expiresSeconds: number): { readonly url: string; readonly expiresAt: Date };
  /** What the path and query of a request allow; undefined where it was not signed here, was altered or is too late. */
  verify(path: string, query: URLSearchParams): Download | undefined;
}

export const DOWNLOAD_PATH = "/downloads/";
const DOMAIN = "martgraph-download-v1";
/** What a file may be called where it is saved: nothing that a header or a folder would take otherwise. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Addresses of objects that are nobody else's business: reports, exports. Signed as uploads are, under a name of their own, so that neither stands for the other. */
export function openDownloadSigner({ secret, publicUrl }: Pick<ObjectsOptions, "secret" | "publicUrl">, clock: Clock = wallClock): DownloadSigner {
  const mac = ({ key, fileName }: Download, until: number) => createHmac("sha256", Buffer.from(secret, "base64url")).update(JSON.stringify([DOMAIN, key, fileName, until])).digest();
  return {
    sign(download, expiresSeconds) {
      if (!isObjectKey(download.key) || !FILE_NAME.test(download.fileName)) throw new RangeError("this is no object that can be handed out");
      const until = Math.floor(clock.now().getTime() / 1000) + expiresSeconds;
      const query = new URLSearchParams({ name: download.fileName, until: String(until), signature: mac(download, until).toString("base64url") });
      const path = `${DOWNLOAD_PATH}${download.key}?${query.toString()}`;
      return { url: publicUrl === undefined ? path : new URL(path, publicUrl).href, expiresAt: new Date(until * 1000) };
    },
    verify(path, query) {
      if (!path.startsWith(DOWNLOAD_PATH)) return undefined;
      const download = { key: path.slice(DOWNLOAD_PATH.length), fileName: query.get("name") ?? "" };
      const text = query.get("until") ?? "";
      if (!isObjectKey(download.key) || !FILE_NAME.test(download.fileName) || !/^\d{1,15}$/.test(text)) return undefined;
      const given = Buffer.from(query.get("signature") ?? "", "base64url");
      const expected = mac(download, Number(text));
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      return Number(text) * 1000 > clock.now().getTime() ? download : undefined;
    },
  };
}

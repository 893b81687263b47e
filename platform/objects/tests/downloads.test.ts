import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { openDownloadSigner } from "../downloads.ts";
import { openUploadSigner } from "../open.ts";

const secret = randomBytes(32).toString("base64url");
const now = { ms: 1_700_000_000_000 };
const clock = { now: () => new Date(now.ms) };
const signer = openDownloadSigner({ secret }, clock);
const verify = (url: string) => {
  const [path = "", query] = url.split("?");
  return signer.verify(path, new URLSearchParams(query));
};
const download = { key: "imports/one/report.jsonl", fileName: "report.jsonl" };

test("a signed address hands out its object under its name, until its time is over", () => {
  const { url, expiresAt } = signer.sign(download, 60);
  expect([verify(url), expiresAt.getTime()]).toEqual([download, now.ms + 60_000]);
  now.ms += 60_000;
  expect(verify(url)).toBeUndefined();
  now.ms -= 1_000;
  expect(verify(url)).toEqual(download);
  expect(openDownloadSigner({ secret, publicUrl: "https://shop.example.test/" }, clock).sign(download, 60).url).toMatch(/^https:\/\/shop\.example\.test\/downloads\/imports\/one\/report\.jsonl\?name=/);
});

test("one that is altered in any part, or signed by another key or for another purpose, hands out nothing", () => {
  const { url } = signer.sign(download, 60);
  const altered = (change: (query: URLSearchParams) => void) => {
    const [path = "", text] = url.split("?");
    const query = new URLSearchParams(text);
    change(query);
    return `${path}?${query.toString()}`;
  };
  const upload = openUploadSigner({ secret, dir: "/nowhere" }).sign(download.key, { contentType: "text/plain", size: 1, expiresSeconds: 60 }).url;
  for (const wrong of [
    altered((query) => query.set("name", "other.jsonl")), altered((query) => query.set("name", "a\"b")), altered((query) => query.delete("name")), altered((query) => query.set("until", "9999999999")), altered((query) => query.set("until", "1e9")),
    altered((query) => query.delete("signature")), altered((query) => query.set("signature", "AAAA")), url.replace("/one/", "/two/"), url.replace("/one/", "/../"), url.replace("/downloads/", "/media/"), url.split("?")[0] ?? "",
    openDownloadSigner({ secret: randomBytes(32).toString("base64url") }, clock).sign(download, 60).url, upload.replace(/^\/[a-z]+\//, "/downloads/"),
  ]) expect([wrong, verify(wrong)]).toEqual([wrong, undefined]);
});

test.each([{ key: "../secrets.json", fileName: "a" }, { key: "a//b", fileName: "a" }, { key: "a", fileName: "../a" }, { key: "a", fileName: "a\r\nb: c" }, { key: "a", fileName: "" }])("%j is never signed", (strange) => {
  expect(() => signer.sign(strange, 60)).toThrow(RangeError);
});

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { ServerResponse } from "node:http";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { respond } from "../http/respond.ts";

const require = createRequire(import.meta.url);
const deflate = promisify(gzip);

export const INSIGHTS_PATH = "/insights";
/** What a browser runs, as it stands in this folder. */
export const INSIGHTS_CLIENT_DIR = join(import.meta.dirname, "client");

const TYPES: Readonly<Record<string, string>> = { js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8", html: "text/html; charset=utf-8" };

/**
 * Scripts, styles and calls stay with this gateway, nothing is inline, and no form is ever sent by the browser itself: a password
 * that is typed before the script has come goes nowhere.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'", "script-src 'self'", "connect-src 'self'", "style-src 'self'", "img-src 'self' data:",
  "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
].join("; ");
const PAGE_HEADERS = { "content-security-policy": CONTENT_SECURITY_POLICY, vary: "accept-encoding" };
/** The address holds the hash of what is there: another content has another address. */
const KEPT_HEADERS = { ...PAGE_HEADERS, "cache-control": "public, max-age=31536000, immutable", "cross-origin-resource-policy": "same-origin" };

interface Part {
  readonly type: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** Made when first asked for, and kept. */
  small?: Promise<Buffer>;
}

/** The page that shows the shop's numbers to people without a BI tool. It asks the graph as anybody may, with the reader's own login. */
export function insightsPages(): (path: string, response: ServerResponse) => boolean {
  let parts: ReadonlyMap<string, Part> | undefined;

  return (path, response) => {
    if (path !== INSIGHTS_PATH && !path.startsWith(`${INSIGHTS_PATH}/`)) return false;
    parts ??= readParts();
    const part = parts.get(path);
    if (!part) return false;
    if (!takesGzip(response.req.headers["accept-encoding"])) {
      respond(response, 200, part.type, part.body, part.headers);
      return true;
    }
    part.small ??= deflate(part.body, { level: 9 });
    part.small.then(
      (small) => respond(response, 200, part.type, small, { ...part.headers, "content-encoding": "gzip" }),
      () => respond(response, 200, part.type, part.body, part.headers),
    );
    return true;
  };
}

/** `gzip` or `*`, unless its weight is 0. */
export function takesGzip(header: string | string[] | undefined): boolean {
  const weights = new Map(String(header ?? "").toLowerCase().split(",").map((entry) => {
    const [name = "", ...parameters] = entry.split(";").map((text) => text.trim());
    const weight = parameters.find((parameter) => parameter.startsWith("q="));
    return [name, weight === undefined ? 1 : Number(weight.slice(2))] as const;
  }));
  return (weights.get("gzip") ?? weights.get("*") ?? 0) > 0;
}

/** Path -> what is there. A path never becomes the name of a file. */
function readParts(): ReadonlyMap<string, Part> {
  const parts = new Map<string, Part>();
  const keep = (path: string, file: string, body: Buffer) => parts.set(path, { type: TYPES[file.split(".").pop() as string] as string, body, headers: KEPT_HEADERS });

  const echarts = readFileSync(join(dirname(require.resolve("echarts/package.json")), "dist", "echarts.min.js"));
  const echartsPath = `${INSIGHTS_PATH}/echarts-${hashOf([echarts])}.min.js`;
  keep(echartsPath, echartsPath, echarts);

  const names = readdirSync(INSIGHTS_CLIENT_DIR).filter((name) => name !== "index.html").sort();
  const files = names.map((name) => [name, readFileSync(join(INSIGHTS_CLIENT_DIR, name))] as const);
  // One hash for all of them: they import each other by relative names, and so are always of one version.
  const folder = `${INSIGHTS_PATH}/${hashOf(files.flatMap(([name, body]) => [Buffer.from(name), body]))}`;
  for (const [name, body] of files) keep(`${folder}/${name}`, name, body);

  const html = readFileSync(join(INSIGHTS_CLIENT_DIR, "index.html"), "utf8").replaceAll("%echarts%", echartsPath).replaceAll("%client%", folder);
  parts.set(INSIGHTS_PATH, { type: TYPES["html"] as string, body: Buffer.from(html), headers: PAGE_HEADERS });
  return parts;
}

function hashOf(pieces: readonly Buffer[]): string {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(`${piece.length}:`).update(piece);
  return hash.digest("hex").slice(0, 20);
}

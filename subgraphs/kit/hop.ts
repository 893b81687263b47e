import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { wallClock } from "#platform/clock.ts";
import type { Clock } from "#platform/clock.ts";
import type { ClientInfo } from "./subgraph.ts";
import type { Viewer } from "./viewer.ts";

/**
 * The signed hop: how a subgraph process knows that a call comes from the gateway, was meant for it, was not altered and has
 * not been made before. The envelope travels in one header:
 *
 *   martgraph-hop: base64url(JSON claims) "." base64url(HMAC-SHA256(key of the subgraph, "martgraph-hop-v1." claims))
 *
 * The claims carry the key id, the wall time, a nonce, the subgraph's name, the SHA-256 of the body and who asks. A static shared
 * secret, or a MAC over the query alone, could be replayed by whoever sees one call; this one lives 30 seconds and works once.
 */
export const HOP_HEADER = "martgraph-hop";
/** Milliseconds by which an envelope's time may differ from the receiver's, either way. */
export const HOP_WINDOW_MS = 30_000;
const DOMAIN = "martgraph-hop-v1.";
const MAX_HEADER = 16_384;

/** A subgraph's key: `secret` is 32 bytes or more as base64url, `id` tells keys apart while one replaces another. */
export interface HopKey { id: string; secret: string }

export interface HopClaims {
  /** Key id. */
  kid: string;
  /** Wall time of signing, Unix milliseconds. */
  ts: number;
  /** 128 random bits, base64url. */
  nonce: string;
  /** The subgraph the call is meant for. */
  sub: string;
  /** SHA-256 of the body, base64url. */
  body: string;
  viewer: Viewer;
  requestId: string;
  /** Milliseconds the caller is going to wait for the answer. */
  deadlineMs: number;
  /** Whether nothing may be shown that was read before this call. */
  fresh: boolean;
  client?: ClientInfo;
}

/** A call that does not prove where it comes from. `message` is for the log; the caller learns only that it was refused. */
export class HopRefused extends Error {
  override readonly name = "HopRefused";
}

export function newHopKey(id: string): HopKey {
  return { id, secret: randomBytes(32).toString("base64url") };
}

/** The key's bytes. Throws a RangeError for a secret shorter than 256 bits, so that an empty one never signs anything. */
function secretOf(key: HopKey): Buffer {
  const secret = Buffer.from(key.secret, "base64url");
  if (secret.length < 32) throw new RangeError(`the hop key "${key.id}" is shorter than 32 bytes`);
  return secret;
}

const sha256 = (body: string | Uint8Array): string => createHash("sha256").update(body).digest("base64url");
const mac = (secret: Buffer, claims: string): Buffer => createHmac("sha256", secret).update(DOMAIN).update(claims).digest();

export interface HopCall { body: string | Uint8Array; viewer: Viewer; requestId: string; deadlineMs: number; fresh?: boolean | undefined; client?: ClientInfo | undefined }

/** Makes the signer for calls to one subgraph; it returns the header's value. */
export function hopSigner(subgraph: string, key: HopKey, clock: Clock = wallClock): (call: HopCall) => string {
  const secret = secretOf(key);
  return ({ body, viewer, requestId, deadlineMs, fresh = false, client }) => {
    const claims: HopClaims = {
      kid: key.id, ts: clock.now().getTime(), nonce: randomBytes(16).toString("base64url"), sub: subgraph, body: sha256(body),
      viewer: viewerOnTheWay(viewer), requestId, deadlineMs, fresh, ...(client ? { client } : {}),
    };
    const encoded = Buffer.from(JSON.stringify(claims)).toString("base64url");
    return `${encoded}.${mac(secret, encoded).toString("base64url")}`;
  };
}

/** Field by field, so that nothing travels that a viewer does not have by its type. */
function viewerOnTheWay({ userId, roles, vendorIds, permissions, sessionId, authenticatedAt, methods }: Viewer): Viewer {
  return {
    userId, roles, vendorIds,
    ...(permissions && permissions.length > 0 ? { permissions } : {}), ...(sessionId === undefined ? {} : { sessionId }),
    ...(authenticatedAt === undefined ? {} : { authenticatedAt }), ...(methods ? { methods } : {}),
  };
}

/** Makes the check of calls to one subgraph. It throws {@link HopRefused} or returns the claims, each envelope once. */
export function hopVerifier(subgraph: string, keys: readonly HopKey[], clock: Clock = wallClock): (header: string | undefined, body: Uint8Array) => HopClaims {
  if (keys.length === 0) throw new RangeError(`no hop key is given for the subgraph "${subgraph}"`);
  const secrets = new Map(keys.map((key) => [key.id, secretOf(key)]));
  const seen = new NonceMemory(clock);
  // The memory of nonces is lost with the process: what was signed before it began could be a replay.
  const startedAt = clock.now().getTime();

  return (header, body) => {
    if (header === undefined || header.length > MAX_HEADER) throw new HopRefused("no envelope");
    const dot = header.indexOf(".");
    const encoded = header.slice(0, dot);
    // As text: of the bytes there would be several spellings.
    const given = Buffer.from(header.slice(dot + 1));
    const claims = dot > 0 ? decode(encoded) : undefined;
    const secret = claims && secrets.get(claims.kid);
    if (!claims || !secret) throw new HopRefused("malformed envelope or unknown key");
    const expected = Buffer.from(mac(secret, encoded).toString("base64url"));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new HopRefused("wrong signature");
    // From here on the claims are the gateway's own words.
    const now = clock.now().getTime();
    if (claims.sub !== subgraph) throw new HopRefused(`meant for the subgraph "${claims.sub}"`);
    if (Math.abs(now - claims.ts) > HOP_WINDOW_MS) throw new HopRefused("outside the time window");
    if (claims.ts < startedAt) throw new HopRefused("signed before this process began");
    if (claims.body !== sha256(body)) throw new HopRefused("the body was altered");
    if (!seen.add(claims.nonce)) throw new HopRefused("replayed");
    return claims;
  };
}

function decode(encoded: string): HopClaims | undefined {
  try {
    const claims = JSON.parse(Buffer.from(encoded, "base64url").toString("utf8")) as Partial<HopClaims> | null;
    return claims && isWhole(claims) ? (claims as HopClaims) : undefined;
  } catch {
    return undefined;
  }
}

/** A claim that is missing would be a limit that is missing: who asks, which body, until when. */
function isWhole({ kid, ts, nonce, sub, body, viewer, requestId, deadlineMs }: Partial<HopClaims>): boolean {
  const isViewer = typeof viewer === "object" && viewer !== null && (viewer.userId === null || typeof viewer.userId === "string") && Array.isArray(viewer.roles) && Array.isArray(viewer.vendorIds);
  return isViewer && [kid, nonce, sub, body, requestId].every((text) => typeof text === "string" && text !== "") && Number.isFinite(ts) && Number.isFinite(deadlineMs);
}

/** Nonces of at least the last two windows, in two generations: adding is one lookup and nothing is ever scanned. Only signed calls get here, so a stranger cannot fill it. */
class NonceMemory {
  readonly #clock: Clock;
  #young = new Set<string>();
  #old = new Set<string>();
  #turnsAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#turnsAt = clock.now().getTime() + 2 * HOP_WINDOW_MS;
  }

  /** False when the nonce is known. */
  add(nonce: string): boolean {
    const now = this.#clock.now().getTime();
    if (now >= this.#turnsAt) {
      this.#old = now >= this.#turnsAt + 2 * HOP_WINDOW_MS ? new Set() : this.#young;
      this.#young = new Set();
      this.#turnsAt = now + 2 * HOP_WINDOW_MS;
    }
    if (this.#young.has(nonce) || this.#old.has(nonce)) return false;
    this.#young.add(nonce);
    return true;
  }
}

import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";

/** Keeps secrets that must be read again, and makes marks of those that must not. All keys come from the installation's data key. */
export interface SecretBox {
  /** The text under AES-256-GCM; `about` (whose it is) is sealed with it, so that a box moved to another row does not open. */
  seal(text: string, about: string): string;
  /** @throws when the box is not this installation's, was altered, or is about something else. */
  open(box: string, about: string): string;
  /** HMAC-SHA-256 of the parts under a key of their own for each purpose. */
  mac(purpose: string, ...parts: readonly string[]): Buffer;
}

const PREFIX = "v1.";
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** @throws RangeError when the key is shorter than 256 bits. */
export function createSecretBox(dataKey: string): SecretBox {
  const root = Buffer.from(dataKey, "base64url");
  if (root.length < 32) throw new RangeError("the data key must have 32 bytes or more, as base64url");
  // RFC 5869: one secret, a key per use, so that no two uses can be played against each other.
  const keyFor = (purpose: string): Buffer => Buffer.from(hkdfSync("sha256", root, "martgraph", purpose, 32));
  const sealing = keyFor("seal");
  const macKeys = new Map<string, Buffer>();
  return {
    seal(text, about) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", sealing, iv).setAAD(Buffer.from(about));
      const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return PREFIX + Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64url");
    },
    open(box, about) {
      const bytes = Buffer.from(box.startsWith(PREFIX) ? box.slice(PREFIX.length) : "", "base64url");
      if (bytes.length < IV_BYTES + TAG_BYTES) throw new Error("this is no sealed secret");
      const decipher = createDecipheriv("aes-256-gcm", sealing, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES }).setAAD(Buffer.from(about));
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString("utf8");
    },
    mac(purpose, ...parts) {
      let key = macKeys.get(purpose);
      if (!key) macKeys.set(purpose, (key = keyFor(`mac ${purpose}`)));
      // JSON keeps apart what glued texts would mix up.
      return createHmac("sha256", key).update(JSON.stringify(parts)).digest();
    },
  };
}

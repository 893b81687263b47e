import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync } from "node:crypto";
import { readFile } from "node:fs/promises";
import { BackupError } from "./backupError.ts";

const COST = { N: 2 ** 16, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };

/** AES-256-GCM under a key that scrypt makes of the passphrase: salt, nonce, tag, text. */
export function seal(text: string, passphrase: string): Buffer {
  const salt = randomBytes(16);
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", scryptSync(passphrase, salt, 32, COST), nonce);
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([salt, nonce, cipher.getAuthTag(), body]);
}

/** @throws BackupError */
export function unseal(sealed: Buffer, passphrase: string): string {
  try {
    const decipher = createDecipheriv("aes-256-gcm", scryptSync(passphrase, sealed.subarray(0, 16), 32, COST), sealed.subarray(16, 28));
    decipher.setAuthTag(sealed.subarray(28, 44));
    return Buffer.concat([decipher.update(sealed.subarray(44)), decipher.final()]).toString("utf8");
  } catch {
    throw new BackupError("The passphrase does not open the backup's secrets: give the one that they were sealed with.");
  }
}

/** @throws BackupError */
export async function readPassphrase(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) throw new BackupError(`The passphrase file ${file} cannot be read.`);
  const passphrase = text.replace(/\r?\n$/, "");
  if (passphrase.length < 12) throw new BackupError(`The passphrase in ${file} has fewer than 12 characters: whoever holds the backup could guess it.`);
  return passphrase;
}

export const keyDigest = (dataKey: string): string => createHash("sha256").update(dataKey).digest("hex");

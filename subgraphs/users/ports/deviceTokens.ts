import { randomBytes, timingSafeEqual } from "node:crypto";
import type { User } from "../domain/user.ts";
import type { SecretBox } from "./secretBox.ts";

/**
 * A device token says that a person has logged in on a device before, and nothing else: no right comes with it. Guesses from a
 * device that shows one are counted for that device alone, so that strangers who guess cannot keep the person out, and a stranger
 * cannot make one. Text: base64url(16 random bytes, 6 bytes of expiry in Unix seconds) "." base64url(mac over the user's id and
 * the former). A device of an account whose address was not proven yet is none of it any more once it is: another may have opened the
 * account. It is not stored. Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
 */
const LIFE_SECONDS = 365 * 86_400;
const ID_BYTES = 16;
const EXPIRY_BYTES = 6;
const TOKEN = /^([\w-]{30})\.([\w-]{43})$/;

type Marks = Pick<SecretBox, "mac">;
type Owner = Pick<User, "id" | "isEmailVerified">;

const ownerOf = ({ id, isEmailVerified }: Owner): string => (isEmailVerified ? id : `${id} claims`);

/** A token for a device on which the person has just shown who they are. `now` is wall time. */
export function issueDeviceToken(marks: Marks, user: Owner, now: Date): string {
  const body = Buffer.concat([randomBytes(ID_BYTES), Buffer.alloc(EXPIRY_BYTES)]);
  body.writeUIntBE(Math.floor(now.getTime() / 1000) + LIFE_SECONDS, ID_BYTES, EXPIRY_BYTES);
  const text = body.toString("base64url");
  return `${text}.${marks.mac("device", ownerOf(user), text).toString("base64url")}`;
}

/** The device's name among those of the person, or undefined for a token that is not theirs, is none, or has run out. */
export function knownDevice(marks: Marks, token: string | null | undefined, user: Owner, now: Date): string | undefined {
  const [, text, given] = (token && TOKEN.exec(token)) || [];
  if (!text || !given) return undefined;
  if (!timingSafeEqual(Buffer.from(given, "base64url"), marks.mac("device", ownerOf(user), text))) return undefined;
  const expires = Buffer.from(text, "base64url").readUIntBE(ID_BYTES, EXPIRY_BYTES);
  return expires > now.getTime() / 1000 ? text : undefined;
}

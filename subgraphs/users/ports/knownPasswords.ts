import { createHash } from "node:crypto";
import type { Log } from "#platform/log.ts";

/** Whether a password is one of those that are tried first: common ones, or ones that were stolen elsewhere. */
export interface KnownPasswords {
  isKnown(password: string): Promise<boolean>;
}

let common: Promise<ReadonlySet<string>> | undefined;

/** The common passwords of eight characters and more, in lower case; read when the first one is asked about, not while starting. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  return (common ??= import("@zxcvbn-ts/language-common").then(({ dictionary }) => new Set(dictionary["passwords-common"].filter((word) => String(word).length >= 8).map(String))));
}

/** Knows what most people choose, without asking anybody. */
export const commonOnes: KnownPasswords = {
  isKnown: async (password) => (await commonPasswords()).has(password.normalize("NFKC").toLowerCase()),
};

const TIMEOUT_MS = 1_500;
const MAX_ANSWER = 200_000;

/**
 * Asks a service of stolen passwords as well, without telling it the password: it is told five of the forty digits of a SHA-1 and answers
 * all that begin so (k-anonymity; the "range" protocol of Have I Been Pwned). While it is away people choose passwords all the same.
 */
export function rangeService(baseUrl: string, log: Log, more: KnownPasswords = commonOnes): KnownPasswords {
  return {
    async isKnown(password) {
      if (await more.isKnown(password)) return true;
      const digest = createHash("sha1").update(password).digest("hex").toUpperCase();
      try {
        // Padding: the length of an answer would tell which of the ranges was asked for.
        const response = await fetch(`${baseUrl.replace(/\/$/, "")}/range/${digest.slice(0, 5)}`, { headers: { "add-padding": "true" }, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
        if (!response.ok) throw new Error(`the service answered ${response.status}`);
        const text = (await response.text()).slice(0, MAX_ANSWER);
        return text.split(/\r?\n/).some((line) => { const [rest, count] = line.split(":"); return rest === digest.slice(5) && Number(count) > 0; });
      } catch (error) {
        log.warn({ error }, "the service of stolen passwords does not answer; a password was taken without it");
        return false;
      }
    },
  };
}

/** The list that is built in, and the service where one is set. */
export function knownPasswords({ rangeUrl }: { readonly rangeUrl?: string }, log: Log): KnownPasswords {
  return rangeUrl === undefined ? commonOnes : rangeService(rangeUrl, log);
}

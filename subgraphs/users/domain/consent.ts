export const CONSENT_PURPOSES = ["MARKETING_EMAIL", "PERSONALISATION", "ANALYTICS", "THIRD_PARTIES"] as const;
export type ConsentPurpose = (typeof CONSENT_PURPOSES)[number];
export type ConsentSource = "ACCOUNT" | "REGISTRATION" | "CHECKOUT" | "BANNER" | "IMPORT";

/** One answer of a person. */
export interface ConsentDecision {
  /** UUID. */
  readonly id: string;
  readonly userId: string;
  readonly purpose: ConsentPurpose;
  readonly granted: boolean;
  readonly source: ConsentSource;
  readonly textVersion: string;
  /** Business time. */
  readonly decidedAt: Date;
}

/** What holds for a purpose; null where the person was never asked. */
export interface Consent {
  readonly purpose: ConsentPurpose;
  readonly granted: boolean;
  readonly decidedAt: Date | null;
  readonly source: ConsentSource | null;
  readonly textVersion: string | null;
}

/** What a person agrees to, by their latest answers: silence is no agreement. */
export function consentsOf(latest: readonly ConsentDecision[]): Consent[] {
  return CONSENT_PURPOSES.map((purpose) => {
    const { granted = false, decidedAt = null, source = null, textVersion = null } = latest.find((one) => one.purpose === purpose) ?? {};
    return { purpose, granted, decidedAt, source, textVersion };
  });
}

export function isTextVersion(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,49}$/.test(text);
}

/** Whether the answer says what the latest one of its purpose says. */
export function isRepeated(answer: Pick<ConsentDecision, "granted" | "source" | "textVersion">, latest: ConsentDecision | undefined): boolean {
  return latest !== undefined && latest.granted === answer.granted && latest.source === answer.source && latest.textVersion === answer.textVersion;
}

import type { DayProfile, Profile } from "./profile.ts";
import type { Watched } from "./watched.ts";

export type AnomalyKind = "VOLUME" | "RESTATED" | "LATE" | "NULLS" | "DISTRIBUTION" | "VALUE" | "FRESHNESS";
export const ANOMALY_KINDS: readonly AnomalyKind[] = ["VOLUME", "RESTATED", "LATE", "NULLS", "DISTRIBUTION", "VALUE", "FRESHNESS"];

/** Something that differs from the table's own history more than that history does from itself. */
export interface Anomaly {
  readonly kind: AnomalyKind;
  /** Column, or column and category; empty where the rows themselves are meant. */
  readonly subject: string;
  readonly day: string;
  /** CRITICAL keeps a build from being published. */
  readonly severity: "CRITICAL" | "WARNING";
  readonly observed: number;
  readonly expected: number;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly message: string;
}

export interface DetectInput {
  readonly watched: Watched;
  /** The build's days. */
  readonly now: Profile;
  /** The same days as they were published last; empty before the first build. */
  readonly before: Profile;
  /** Business time of the build, and of the published one; null before the first. */
  readonly businessAsOf: Date;
  readonly publishedAsOf: Date | null;
  /** Whether another table went on as usual on a day: then an empty day is a hole, and not a day off. */
  readonly othersAlive: (day: string) => boolean;
}

/** A table's days as a series without gaps. */
export interface Series {
  readonly watched: Watched;
  /** First day with rows; undefined for an empty table. */
  readonly first: string | undefined;
  /** The days in [from, to), oldest first; what has no rows is empty. */
  between(from: string, to: string): { day: string; profile: DayProfile }[];
  at(day: string): DayProfile;
}

/** Days that a judgement looks back on: eight weeks, for eight values of each weekday. */
export const LOOK_BACK = 56;
/** Fewer days than these are no history. */
export const MIN_HISTORY = 21;

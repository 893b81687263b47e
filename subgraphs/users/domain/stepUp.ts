import type { Viewer } from "#kit/viewer.ts";

/** How long ago, in seconds, a person may have shown who they are for what cannot be undone or locks others out. */
export const STEP_UP_SECONDS = 300;

const CLOCK_GRACE_SECONDS = 30;

/** The clocks, as far as these rules look at them. */
interface WallTime {
  readonly wall: { now(): Date };
}

export interface StepUpRequired {
  code: "STEP_UP_REQUIRED";
  maxAgeSeconds: number;
}

/**
 * The refusal of a sensitive change where the person last showed who they are too long ago; undefined where they may go on.
 * A token that does not say when (a program's, one from before sessions) never may. Time is wall time; a moment in the future
 * counts as never: only a clock that is wrong makes one. Source: OWASP ASVS 5.0, 7.5.1.
 */
export function requireStepUp({ authenticatedAt }: Pick<Viewer, "authenticatedAt">, { wall }: WallTime, maxAgeSeconds: number = STEP_UP_SECONDS): StepUpRequired | undefined {
  const age = authenticatedAt === undefined ? Number.POSITIVE_INFINITY : wall.now().getTime() / 1000 - authenticatedAt;
  // A token of a process whose clock goes ahead a little is not from the future.
  return age >= -CLOCK_GRACE_SECONDS && age <= maxAgeSeconds ? undefined : { code: "STEP_UP_REQUIRED", maxAgeSeconds };
}


/** As {@link requireStepUp}, for what concerns the second factor itself: that factor must have been shown in the session, and lately. */
export function requireSecondFactor(viewer: Pick<Viewer, "authenticatedAt" | "methods">, clocks: WallTime, maxAgeSeconds: number = STEP_UP_SECONDS): StepUpRequired | undefined {
  return requireStepUp(viewer, clocks, maxAgeSeconds) ?? (viewer.methods?.includes("mfa") ? undefined : { code: "STEP_UP_REQUIRED", maxAgeSeconds });
}

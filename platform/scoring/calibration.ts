import { sigmoid } from "./logistic.ts";

/** Platt's map from a score in logits to a probability: sigmoid(slope * score + shift). Source: Platt 1999. */
export interface Calibration {
  readonly slope: number;
  readonly shift: number;
}

export function calibrate(calibration: Calibration, logit: number): number {
  return sigmoid(calibration.slope * logit + calibration.shift);
}

export type Segment = "LOW" | "MEDIUM" | "HIGH";

/** MEDIUM begins at `medium`, HIGH at `high`; 0 < medium < high < 1. */
export interface SegmentBounds {
  readonly medium: number;
  readonly high: number;
}

export function segmentOf(bounds: SegmentBounds, probability: number): Segment {
  if (probability >= bounds.high) return "HIGH";
  return probability >= bounds.medium ? "MEDIUM" : "LOW";
}

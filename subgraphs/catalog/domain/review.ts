import { ok, type Result } from "#schema/values/result.ts";
import { can, type Viewer } from "#kit/viewer.ts";
import { isLine, isTextOfLines } from "./plainText.ts";
import { invalid, type InvalidValue } from "./priceInput.ts";

export const REVIEW_STATES = ["PENDING", "PUBLISHED", "REJECTED"] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];
export const REVIEW_SORTS = ["NEWEST", "HELPFUL", "HIGHEST", "LOWEST"] as const;
export type ReviewSort = (typeof REVIEW_SORTS)[number];

export interface Review {
  /** UUID, as are the next two. */
  readonly id: string;
  readonly productId: string;
  readonly userId: string;
  /** 1 to 5. */
  readonly rating: number;
  readonly title: string | null;
  readonly body: string | null;
  readonly displayName: string | null;
  readonly state: ReviewState;
  readonly isVerified: boolean;
  readonly helpfulCount: number;
  /** Why it was rejected. */
  readonly reason: string | null;
  readonly reply: string | null;
  readonly repliedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly version: number;
}

export const MAX_TITLE = 200;
export const MAX_BODY = 5_000;
export const MAX_DISPLAY_NAME = 80;
export const MAX_REASON = 500;
export const MAX_REPLY = 2_000;
/** Reviews of one person that wait for a moderator. */
export const MAX_PENDING = 50;

/** What a person says: plain text, whatever it looks like. */
export interface ReviewContent {
  readonly rating: number;
  readonly title: string | null;
  readonly body: string | null;
  readonly displayName: string | null;
}

export function readReview(input: ReviewContent): Result<ReviewContent, InvalidValue> {
  const { rating } = input;
  const [title, displayName, body] = [trimmed(input.title), trimmed(input.displayName), trimmed(input.body)];
  if (!Number.isInteger(rating) || rating < 1 || rating > 5) return invalid("rating", "A rating is a number from 1 to 5.");
  if (title !== null && !isLine(title, MAX_TITLE)) return invalid("title", `A title is one line of at most ${MAX_TITLE} characters.`);
  if (body !== null && !isTextOfLines(body, MAX_BODY)) return invalid("body", `A review is plain text of at most ${MAX_BODY} characters.`);
  if (displayName !== null && !isLine(displayName, MAX_DISPLAY_NAME)) return invalid("displayName", `A name is one line of at most ${MAX_DISPLAY_NAME} characters.`);
  return ok({ rating, title, body, displayName });
}

/** Text of several lines that has something to say; null for none. */
export function readWords(field: string, text: string | null, longest: number): Result<string | null, InvalidValue> {
  const words = trimmed(text);
  return words === null || isTextOfLines(words, longest) ? ok(words) : invalid(field, `Write plain text of at most ${longest} characters.`);
}

function trimmed(text: string | null): string | null {
  return text === null || text.trim() === "" ? null : text.trim();
}

export function isSame(review: ReviewContent, other: ReviewContent): boolean {
  return review.rating === other.rating && review.title === other.title && review.body === other.body && review.displayName === other.displayName;
}

/** What is not published is seen by who wrote it and by who moderates. */
export function maySeeReview({ state, userId }: Pick<Review, "state" | "userId">, viewer: Viewer): boolean {
  return state === "PUBLISHED" || viewer.userId === userId || can(viewer, "reviews.moderate");
}

/** The published reviews of a product, or of all products of a vendor, counted. */
export interface Ratings {
  /** Exact, two places; null without any. */
  readonly average: string | null;
  readonly count: number;
  /** By rating, 1 first. */
  readonly counts: readonly number[];
}

export const NO_RATINGS: Ratings = { average: null, count: 0, counts: [0, 0, 0, 0, 0] };

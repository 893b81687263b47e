/** Types that are taken in. SVG is a document that may hold scripts, not a picture. */
export const PICTURE_TYPES = ["image/jpeg", "image/png", "image/webp", "image/avif", "image/gif"] as const;
export type PictureType = (typeof PICTURE_TYPES)[number];

export const PICTURE_LIMITS = {
  /** Bytes of what is handed in. */
  bytes: 20_000_000,
  /** Pixels, so that a small file cannot become a gigabyte in memory. */
  pixels: 50_000_000,
  /** Longest side, in pixels, of the largest size that is stored. */
  side: 2_048,
} as const;

/** Why something is no picture of the shop. */
export type PictureRefusal =
  | "EMPTY"
  | "TOO_LARGE"
  /** No picture of a known type, or markup. */
  | "NOT_A_PICTURE"
  /** A picture, but not of the type that was announced. */
  | "OTHER_TYPE"
  | "TOO_MANY_PIXELS"
  | "DAMAGED";

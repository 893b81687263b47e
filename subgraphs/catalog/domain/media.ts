import { PICTURE_LIMITS, PICTURE_TYPES, type PictureRefusal, type PictureType } from "#schema/values/pictures.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { hasHidden } from "#schema/values/text.ts";

export interface RenditionInfo {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
}

/** A picture of a product that can be shown. */
export interface Media {
  /** UUID. */
  readonly id: string;
  readonly productId: string;
  readonly variantId: string | null;
  readonly position: number;
  readonly alt: string | null;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  /** By size, the largest last. */
  readonly renditions: readonly RenditionInfo[];
  readonly createdAt: Date;
  readonly version: number;
}

export type MediaState = "PENDING" | "READY" | "REFUSED";

/** A picture on its way. */
export interface MediaUpload {
  readonly id: string;
  readonly productId: string;
  readonly variantId: string | null;
  readonly state: MediaState;
  readonly declaredType: string;
  readonly declaredBytes: number;
  readonly refusedWhy: PictureRefusal | null;
}

export const MEDIA_LIMITS = { perProduct: 250, alt: 500, fileName: 255, uploadSeconds: 900, keepUnfinishedMs: 86_400_000 } as const;

export type InvalidValue = { code: "INVALID_VALUE"; path: readonly string[]; message: string };
export type UploadRefusal = InvalidValue | { code: "UNSUPPORTED_MEDIA" } | { code: "MEDIA_TOO_LARGE" };

export interface UploadInput {
  readonly fileName: string;
  readonly contentType: string;
  readonly size: number;
  readonly alt: string | null;
}

export interface UploadPlan extends UploadInput {
  readonly contentType: PictureType;
}

export function checkAlt(alt: string | null, path: readonly string[] = ["input", "alt"]): InvalidValue | undefined {
  if (alt === null || (alt.length <= MEDIA_LIMITS.alt && !hasHidden(alt))) return undefined;
  return { code: "INVALID_VALUE", path, message: `The alternative text must have at most ${MEDIA_LIMITS.alt} characters that can be shown.` };
}

/** The name is only ever shown to those who gave it: what it would do as a path is cut off all the same. */
export function readUpload(input: UploadInput): Result<UploadPlan, UploadRefusal> {
  const fileName = input.fileName.split(/[/\\]/).at(-1)?.trim() ?? "";
  if (fileName === "" || fileName === "." || fileName === ".." || fileName.length > MEDIA_LIMITS.fileName || hasHidden(fileName)) {
    return err({ code: "INVALID_VALUE", path: ["input", "fileName"], message: `The name of the file must have 1 to ${MEDIA_LIMITS.fileName} characters that can be shown, without a folder.` });
  }
  const alt = checkAlt(input.alt);
  if (alt) return err(alt);
  const contentType = PICTURE_TYPES.find((type) => type === input.contentType);
  if (!contentType) return err({ code: "UNSUPPORTED_MEDIA" });
  if (input.size < 1) return err({ code: "INVALID_VALUE", path: ["input", "size"], message: "The size must be at least 1 byte." });
  if (input.size > PICTURE_LIMITS.bytes) return err({ code: "MEDIA_TOO_LARGE" });
  return ok({ ...input, fileName, contentType });
}

/** Where an upload waits until it has been looked at: never handed out. */
export const incomingKey = (mediaId: string): string => `incoming/${mediaId}`;
/** What is public of a picture, below the gateway's /media/. */
export const mediaPrefix = (sha256: string): string => `media/${sha256}/`;
export const renditionKey = (sha256: string, width: number): string => `${mediaPrefix(sha256)}w${width}.webp`;

/** The smallest size that is at least as wide as asked; the largest where none is, or nothing was asked. */
export function renditionFor({ renditions }: Pick<Media, "renditions">, width: number | undefined): RenditionInfo {
  const wide = width === undefined ? undefined : renditions.find((one) => one.width >= width);
  return wide ?? (renditions.at(-1) as RenditionInfo);
}

import { createHash } from "node:crypto";
import { fileTypeFromBuffer } from "file-type";
import sharp from "sharp";
import { PICTURE_LIMITS, type PictureRefusal, PICTURE_TYPES } from "#schema/values/pictures.ts";
import { err, ok, type Result } from "#schema/values/result.ts";

/** Longest sides, in pixels, of the sizes that are stored besides the largest; a smaller picture has fewer of them. */
const SIDES = [96, 320, 800] as const;

export interface Rendition {
  readonly width: number;
  readonly height: number;
  /** WebP. */
  readonly bytes: Buffer;
}

export interface Picture {
  /** SHA-256 of what was handed in, hexadecimal. */
  readonly sha256: string;
  /** As it is shown, turned upright. */
  readonly width: number;
  readonly height: number;
  /** By size, the largest last. */
  readonly renditions: readonly Rendition[];
}

// One picture holds at most one core, and decoded ones are not kept.
sharp.concurrency(1);
sharp.cache(false);

/**
 * Looks at the content of a file, whatever it is called, and encodes it anew in all sizes: what a picture carries beside its pixels
 * (places where it was taken, scripts behind its end, a second file format) is not in what is shown. Of an animation the first frame stays.
 */
export async function readPicture(bytes: Uint8Array, announcedType: string | undefined): Promise<Result<Picture, PictureRefusal>> {
  if (bytes.length === 0) return err("EMPTY");
  if (bytes.length > PICTURE_LIMITS.bytes) return err("TOO_LARGE");
  const found = await fileTypeFromBuffer(bytes).catch(() => undefined);
  if (!found || !(PICTURE_TYPES as readonly string[]).includes(found.mime)) return err("NOT_A_PICTURE");
  if (announcedType !== undefined && found.mime !== announcedType) return err("OTHER_TYPE");
  try {
    const open = () => sharp(bytes, { limitInputPixels: PICTURE_LIMITS.pixels, failOn: "error", pages: 1, autoOrient: true });
    const { width, height, format } = await open().metadata();
    if (width * height > PICTURE_LIMITS.pixels) return err("TOO_MANY_PIXELS");
    if (format === "svg") return err("NOT_A_PICTURE");
    const { data, info } = await open().resize({ width: PICTURE_LIMITS.side, height: PICTURE_LIMITS.side, fit: "inside", withoutEnlargement: true }).toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: info.channels };
    const longest = Math.max(info.width, info.height);
    const renditions: Rendition[] = [];
    for (const side of [...SIDES.filter((smaller) => smaller < longest), longest]) {
      const made = await sharp(data, { raw }).resize({ width: side, height: side, fit: "inside" }).webp({ quality: 82, effort: 4 }).toBuffer({ resolveWithObject: true });
      renditions.push({ width: made.info.width, height: made.info.height, bytes: made.data });
    }
    return ok({ sha256: createHash("sha256").update(bytes).digest("hex"), width: info.width, height: info.height, renditions });
  } catch (error) {
    // What the library says of a file is of no use to its owner, and may name paths.
    return err(/pixel limit/i.test((error as Error).message) ? "TOO_MANY_PIXELS" : "DAMAGED");
  }
}

import type { Renderers } from "#kit/userError.ts";
import { PICTURE_LIMITS, PICTURE_TYPES, type PictureRefusal } from "#schema/values/pictures.ts";
import type { MediaDeleteRefusal } from "../../commands/media/mediaDelete.ts";
import type { MediaReorderRefusal } from "../../commands/media/mediaReorder.ts";
import type { MediaUpdateRefusal } from "../../commands/media/mediaUpdate.ts";
import type { MediaUploadCompleteRefusal } from "../../commands/media/mediaUploadComplete.ts";
import type { MediaUploadStartRefusal } from "../../commands/media/mediaUploadStart.ts";
import { MEDIA_LIMITS } from "../../domain/media.ts";

const WHY: Readonly<Record<PictureRefusal, string>> = {
  EMPTY: "The file is empty: upload the picture again.",
  TOO_LARGE: `The file is longer than ${PICTURE_LIMITS.bytes} bytes: make the picture smaller.`,
  NOT_A_PICTURE: "The content is no JPEG, PNG, WebP, AVIF or GIF, whatever the file is called: save the picture as one of these.",
  OTHER_TYPE: "The content is a picture of another type than was announced: start the upload anew with the type it has.",
  TOO_MANY_PIXELS: `The picture has more than ${PICTURE_LIMITS.pixels / 1_000_000} million pixels: make it smaller.`,
  DAMAGED: "The picture cannot be read: open it, save it anew and upload that.",
};

const productNotFound = () => ({ message: "There is no such product, or it is not yours to change.", path: ["input", "productId"] });
const mediaNotFound = () => ({ message: "There is no such picture, or it is not yours to change.", path: ["input", "id"] });
const invalidValue = ({ message, path }: { message: string; path: readonly string[] }) => ({ message, path });
const variantNotFound = (variantId: string) => () => ({ message: "The product has no such variant.", path: ["input", "variantId"], fields: { variantId } });
const versionConflict = ({ expected, actual }: { expected: number; actual: number }) => ({
  message: `It was changed since you read it: it has version ${actual} now. Read it again and decide anew.`, path: ["input", "expectedVersion"], fields: { expected, actual },
});

export const uploadStartErrors = (variantId: string): Renderers<MediaUploadStartRefusal> => ({
  PRODUCT_NOT_FOUND: productNotFound,
  VARIANT_NOT_FOUND: variantNotFound(variantId),
  INVALID_VALUE: invalidValue,
  UNSUPPORTED_MEDIA: () => ({ message: `Pictures of this type are not taken: use one of ${PICTURE_TYPES.join(", ")}.`, path: ["input", "contentType"], fields: { supported: PICTURE_TYPES } }),
  MEDIA_TOO_LARGE: () => ({ message: WHY.TOO_LARGE, path: ["input", "size"], fields: { limit: PICTURE_LIMITS.bytes } }),
  TOO_MANY_MEDIA: () => ({ message: `A product has at most ${MEDIA_LIMITS.perProduct} pictures, those on their way counted: delete one first.`, path: ["input", "productId"], fields: { limit: MEDIA_LIMITS.perProduct } }),
});

export const uploadCompleteErrors: Renderers<MediaUploadCompleteRefusal> = {
  MEDIA_NOT_FOUND: mediaNotFound,
  MEDIA_NOT_UPLOADED: () => ({ message: "Nothing was put at the upload's address yet: PUT the bytes there, then call this again.", path: ["input", "id"] }),
  MEDIA_REFUSED: ({ why }) => ({ message: WHY[why], path: ["input", "id"], fields: { why } }),
  MEDIA_BUSY: () => ({ message: "Too many pictures are being looked at: repeat the call in a few seconds.", path: ["input", "id"] }),
};

export const mediaUpdateErrors = (variantId: string): Renderers<MediaUpdateRefusal> => ({
  MEDIA_NOT_FOUND: mediaNotFound,
  VARIANT_NOT_FOUND: variantNotFound(variantId),
  INVALID_VALUE: invalidValue,
  VERSION_CONFLICT: versionConflict,
});

export const mediaReorderErrors: Renderers<MediaReorderRefusal> = { PRODUCT_NOT_FOUND: productNotFound, INVALID_VALUE: invalidValue };

export const mediaDeleteErrors: Renderers<MediaDeleteRefusal> = { MEDIA_NOT_FOUND: mediaNotFound, VERSION_CONFLICT: versionConflict };

import { allow, anyOf, type Guards, permission } from "#kit/guard.ts";

const writers = anyOf(permission("catalog.write"), permission("catalog.writeOwn"));

/** Whose product a mutation names is looked at by its command. Who holds a product may see its pictures. */
export const mediaGuards: Guards = {
  Mutation: { mediaUploadStart: writers, mediaUploadComplete: writers, mediaUpdate: writers, mediaReorder: writers, mediaDelete: writers },
  Product: { image: allow, media: allow },
  ProductVariant: { media: allow },
  Media: allow,
  MediaRendition: allow,
  MediaUpload: allow,
  MediaUploadHeader: allow,
  MediaUploadStartSuccess: allow,
  MediaUploadCompleteSuccess: allow,
  MediaUpdateSuccess: allow,
  MediaReorderSuccess: allow,
  MediaDeleteSuccess: allow,
  MediaNotFound: allow,
  MediaNotUploaded: allow,
  MediaRefused: allow,
  MediaBusy: allow,
  UnsupportedMedia: allow,
  MediaTooLarge: allow,
  TooManyMedia: allow,
};

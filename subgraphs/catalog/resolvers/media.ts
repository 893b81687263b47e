import { badUserInput } from "#kit/errors.ts";
import type { Resolvers } from "#kit/subgraph.ts";
import { toUserError } from "#kit/userError.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { mediaDelete } from "../commands/media/mediaDelete.ts";
import { mediaReorder } from "../commands/media/mediaReorder.ts";
import { mediaUpdate } from "../commands/media/mediaUpdate.ts";
import { mediaUploadComplete } from "../commands/media/mediaUploadComplete.ts";
import { mediaUploadStart } from "../commands/media/mediaUploadStart.ts";
import type { CatalogContext } from "../context.ts";
import { type Media, MEDIA_LIMITS, renditionFor, type RenditionInfo, renditionKey } from "../domain/media.ts";
import type { Product, Variant } from "../domain/product.ts";
import { mediaDeleteErrors, mediaReorderErrors, mediaUpdateErrors, uploadCompleteErrors, uploadStartErrors } from "./errors/media.ts";

type Given<T> = T | null | undefined;
interface StartInput { productId: string; variantId: Given<string>; fileName: string; contentType: string; size: number; alt: Given<string> }
interface UpdateInput { id: string; alt?: string | null; variantId?: string | null; expectedVersion: Given<number> }

const mediaUuid = (id: string) => decodeId("med", id);
const variantUuid = (id: Given<string>) => (id == null ? null : decodeId("var", id));

function bounded(first: Given<number>): number {
  const wanted = first ?? 10;
  if (wanted < 1 || wanted > 100) throw badUserInput(`\`first\` must be between 1 and 100, it is ${wanted}.`, ["first"]);
  return wanted;
}

function addressOf({ sha256 }: Media, { width }: RenditionInfo, { publicUrl }: CatalogContext): string {
  const path = `/${renditionKey(sha256, width)}`;
  return publicUrl === undefined ? path : new URL(path, publicUrl).href;
}

export const mediaResolvers: Resolvers = {
  Mutation: {
    async mediaUploadStart(_root: unknown, { input }: { input: StartInput }, context: CatalogContext) {
      const { fileName, contentType, size, alt } = input;
      const outcome = await mediaUploadStart(context, { fileName, contentType, size, alt: alt ?? null, productId: decodeId("prd", input.productId), variantId: variantUuid(input.variantId) });
      if (!outcome.ok) return toUserError(uploadStartErrors(input.variantId ?? ""), outcome.error);
      const { id, put } = outcome.value;
      const headers = Object.entries(put.headers).map(([name, value]) => ({ name, value }));
      return { __typename: "MediaUploadStartSuccess", upload: { ...put, id: encodeId("med", id), headers } };
    },
    async mediaUploadComplete(_root: unknown, { input }: { input: { id: string } }, context: CatalogContext) {
      const outcome = await mediaUploadComplete(context, mediaUuid(input.id));
      return outcome.ok ? { __typename: "MediaUploadCompleteSuccess", media: outcome.value } : toUserError(uploadCompleteErrors, outcome.error);
    },
    async mediaUpdate(_root: unknown, { input }: { input: UpdateInput }, context: CatalogContext) {
      const { alt, variantId, expectedVersion } = input;
      const variant = variantId === undefined ? undefined : { id: variantUuid(variantId) };
      const outcome = await mediaUpdate(context, { id: mediaUuid(input.id), alt, variant, expectedVersion: expectedVersion ?? undefined });
      return outcome.ok ? { __typename: "MediaUpdateSuccess", media: outcome.value } : toUserError(mediaUpdateErrors(variantId ?? ""), outcome.error);
    },
    async mediaReorder(_root: unknown, { input }: { input: { productId: string; mediaIds: string[] } }, context: CatalogContext) {
      const ids = input.mediaIds.slice(0, MEDIA_LIMITS.perProduct + 1).map(mediaUuid);
      const outcome = await mediaReorder(context, { productId: decodeId("prd", input.productId), ids });
      return outcome.ok ? { __typename: "MediaReorderSuccess", product: outcome.value } : toUserError(mediaReorderErrors, outcome.error);
    },
    async mediaDelete(_root: unknown, { input }: { input: { id: string; expectedVersion: Given<number> } }, context: CatalogContext) {
      const outcome = await mediaDelete(context, { id: mediaUuid(input.id), expectedVersion: input.expectedVersion ?? undefined });
      return outcome.ok ? { __typename: "MediaDeleteSuccess", product: outcome.value } : toUserError(mediaDeleteErrors, outcome.error);
    },
  },
  Product: {
    image: async (product: Product, _args: unknown, { loaders }: CatalogContext) => (await loaders.mediaOfProduct.load({ key: product.id, limit: 1, after: undefined }))[0] ?? null,
    media: (product: Product, { first }: { first: Given<number> }, { loaders }: CatalogContext) => loaders.mediaOfProduct.load({ key: product.id, limit: bounded(first), after: undefined }),
  },
  ProductVariant: {
    media: (variant: Variant, { first }: { first: Given<number> }, { loaders }: CatalogContext) => loaders.mediaOfVariant.load({ key: variant.id, limit: bounded(first), after: undefined }),
  },
  Media: {
    id: (media: Media) => encodeId("med", media.id),
    url(media: Media, { width }: { width: Given<number> }, context: CatalogContext) {
      if (width != null && (width < 1 || width > 2_048)) throw badUserInput(`\`width\` must be between 1 and 2048, it is ${width}.`, ["width"]);
      return addressOf(media, renditionFor(media, width ?? undefined), context);
    },
    renditions: (media: Media, _args: unknown, context: CatalogContext) => media.renditions.map((rendition) => ({ ...rendition, url: addressOf(media, rendition, context) })),
    variant: ({ variantId }: Media, _args: unknown, { loaders }: CatalogContext) => variantId && loaders.visibleVariant(variantId),
  },
};

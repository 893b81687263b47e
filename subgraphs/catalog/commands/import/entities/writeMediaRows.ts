import { Readable } from "node:stream";
import type { Viewer } from "#kit/viewer.ts";
import { ObjectTooLarge, readAll } from "#platform/objects/store.ts";
import { PICTURE_LIMITS } from "#schema/values/pictures.ts";
import { findProducts, findVariants } from "../../../queries/import/terms.ts";
import { listProductsByIds } from "../../../queries/products.ts";
import { attachMedia } from "../../media/attachMedia.ts";
import { type EntityWriter, type ImportRun, mayChange, type Part, refused, type Verdict } from "../importRun.ts";
import { isInnerPath } from "#platform/tabular/mapping/innerPath.ts";

/** Whoever works at the command line of the installation. */
const INSTALLATION: Viewer = { userId: null, roles: ["SERVICE"], vendorIds: [] };

const WHY: Readonly<Record<string, string>> = {
  INVALID_VALUE: "the name of the file or its text cannot be kept", UNSUPPORTED_MEDIA: "pictures of this type are not taken", MEDIA_TOO_LARGE: "the picture is too large",
  TOO_MANY_MEDIA: "the product has as many pictures as it can have", MEDIA_REFUSED: "the file is no picture that can be read (JPEG, PNG, WebP, AVIF, GIF)",
};

/**
 * Pictures of products, from files of the import: an address elsewhere is not fetched, and a path that leads out of the import's folder is
 * not there. Each is attached in a transaction of its own, since decoding takes longer than anybody should wait for a product's row.
 */
export const writeMediaRows: EntityWriter = async (tx, run, candidates) => {
  const verdicts = new Map<Part, Verdict>();
  const variants = await findVariants(tx, candidates.flatMap(({ whole }) => whole.text("sku")?.toUpperCase() ?? []));
  const found = await findProducts(tx, candidates.flatMap(({ whole }) => whole.text("product") ?? []));
  for (const { whole, rows: [row] } of candidates) {
    const part = row as Part;
    const sku = whole.text("sku")?.toUpperCase();
    const key = whole.text("product");
    const variant = sku === undefined ? undefined : variants.get(sku);
    const product = variant ? { id: variant.productId, vendorId: variant.vendorId } : key === undefined ? undefined : found.get(key);
    const isPlanned = run.isDry && ((sku !== undefined && run.planned.SKU.has(sku)) || (key !== undefined && (run.planned.PRODUCT.has(key) || run.planned.SKU.has(key.toUpperCase()))));
    if (!isPlanned && (!product || !mayChange(run.rights, product.vendorId))) {
      verdicts.set(part, refused(key === undefined ? "sku" : "product", "there is no such product that you may change"));
      continue;
    }
    verdicts.set(part, await attachAll(run, product?.id, variant?.id ?? null, whole.list("files") ?? [], whole.text("alt") ?? null));
  }
  return verdicts;
};

async function attachAll(run: ImportRun, productId: string | undefined, variantId: string | null, paths: readonly string[], alt: string | null): Promise<Verdict> {
  let isNew = false;
  for (const path of new Set(paths)) {
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) return refused("files", "pictures come from files of the import, not from addresses");
    const file = isInnerPath(path) ? await run.files.find(path) : undefined;
    if (!file) return refused("files", "one of the files is not among those of the import");
    if (file.size > PICTURE_LIMITS.bytes) return refused("files", WHY["MEDIA_TOO_LARGE"] as string);
    if (run.isDry || productId === undefined) continue;
    // A catalogue names the same picture at every size of a garment: it is looked at once.
    const mark = `${productId} ${variantId ?? ""} ${path}`;
    if (run.attached.has(mark)) continue;
    const outcome = await attachOne(run, productId, variantId, path, alt, file);
    if (outcome.outcome === "REFUSED") return outcome;
    run.attached.add(mark);
    isNew ||= outcome.outcome === "CREATED";
  }
  return { outcome: isNew || (run.isDry && paths.length > 0) ? "CREATED" : "UNCHANGED" };
}

async function attachOne(run: ImportRun, productId: string, variantId: string | null, path: string, alt: string | null, file: { open(): Promise<AsyncIterable<Uint8Array>> }): Promise<Verdict> {
  const [product] = await listProductsByIds(run.db, [productId]);
  if (!product) return refused("product", "the product is gone");
  try {
    const bytes = await readAll(Readable.from(await file.open(), { objectMode: false }), PICTURE_LIMITS.bytes);
    const parts = { db: run.db, clocks: run.clocks, objects: run.objects, log: run.log, viewer: run.owner ?? INSTALLATION, requestId: run.reference };
    const outcome = await attachMedia(parts, { product, variantId, fileName: path.split("/").at(-1) as string, alt, bytes });
    if (!outcome.ok) return refused("files", WHY[outcome.error.code] ?? "the picture is not taken");
    return { outcome: outcome.value.isNew ? "CREATED" : "UNCHANGED" };
  } catch (error) {
    if (error instanceof ObjectTooLarge) return refused("files", WHY["MEDIA_TOO_LARGE"] as string);
    throw error;
  }
}

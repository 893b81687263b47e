import type { Picture } from "#platform/pictures/picture.ts";
import type { PictureRefusal } from "#schema/values/pictures.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { Media, MediaState, MediaUpload, RenditionInfo, UploadPlan } from "../domain/media.ts";

const COLUMNS = "m.id, m.product_id, m.variant_id, m.position, m.alt, m.sha256, m.width, m.height, m.renditions, m.created_at, m.version";
const row = {
  id: "uuid", product_id: "uuid", variant_id: "uuid?", position: "int4", alt: "text?", sha256: "text", width: "int4", height: "int4", renditions: "jsonb", created_at: "timestamptz", version: "int4",
} as const;

function toMedia(found: RowOf<typeof row>): Media {
  return {
    id: found.id, productId: found.product_id, variantId: found.variant_id, position: found.position, alt: found.alt, sha256: found.sha256,
    width: found.width, height: found.height, renditions: found.renditions as RenditionInfo[], createdAt: found.created_at, version: found.version,
  };
}

const ofProducts = query({
  name: "catalog.mediaOfProducts",
  text: `select ${COLUMNS} from unnest($1::uuid[]) as asked (product_id)
    cross join lateral (select * from catalog.media o where o.product_id = asked.product_id and o.state = 'READY' order by o.position, o.id limit $2) m`,
  params: ["uuid[]", "int4"],
  row,
  budget: { access: "index", maxRows: 100_000 },
});

const ofVariants = query({
  name: "catalog.mediaOfVariants",
  text: `select ${COLUMNS} from unnest($1::uuid[]) as asked (variant_id)
    cross join lateral (select * from catalog.media o where o.variant_id = asked.variant_id and o.state = 'READY' order by o.position, o.id limit $2) m`,
  params: ["uuid[]", "int4"],
  row,
  budget: { access: "index", maxRows: 100_000 },
});

const byId = query({
  name: "catalog.mediaForChange",
  text: `select ${COLUMNS} from catalog.media m where m.id = $1 and m.state = 'READY' for update`,
  params: ["uuid"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const uploadById = query({
  name: "catalog.mediaUpload",
  text: "select m.id, m.product_id, m.variant_id, m.state, m.declared_type, m.declared_bytes, m.refused_why from catalog.media m where m.id = $1",
  params: ["uuid"],
  row: { id: "uuid", product_id: "uuid", variant_id: "uuid?", state: "text", declared_type: "text", declared_bytes: "int8", refused_why: "text?" },
  budget: { access: "index", maxRows: 1 },
});

// Whoever changes which pictures a product has does so one after the other: their number is bounded and their places are in order.
const lock = query({
  name: "catalog.lockMediaOfProduct",
  text: "select p.id from catalog.products p where p.id = $1 for no key update",
  params: ["uuid"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

const count = query({
  name: "catalog.countMedia",
  text: "select count(*)::int4 as pictures, coalesce(max(m.position) + 1, 0)::int4 as next from catalog.media m where m.product_id = $1 and (m.state = 'READY' or (m.state = 'PENDING' and m.expires_at > clock_timestamp()))",
  params: ["uuid"],
  row: { pictures: "int4", next: "int4" },
  budget: { access: "scan", maxRows: 1 },
});

const insert = query({
  name: "catalog.insertMedia",
  text: `insert into catalog.media (product_id, variant_id, position, alt, file_name, declared_type, declared_bytes, created_at, expires_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp() + make_interval(secs => $9)) returning id`,
  params: ["uuid", "uuid?", "int4", "text?", "text", "text", "int8", "timestamptz", "float8"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

// The picture may stand there already: then the row that was on its way is not needed.
const ready = query({
  name: "catalog.mediaReady",
  text: `update catalog.media as m set state = 'READY', sha256 = $2, width = $3, height = $4, renditions = $5, version = m.version + 1
    where m.id = $1 and m.state = 'PENDING'
      and not exists (select 1 from catalog.media o where o.product_id = m.product_id and o.variant_id is not distinct from m.variant_id and o.sha256 = $2 and o.state = 'READY')
    returning ${COLUMNS}`,
  params: ["uuid", "text", "int4", "int4", "jsonb"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const same = query({
  name: "catalog.sameMedia",
  text: `select ${COLUMNS} from catalog.media m where m.product_id = $1 and m.variant_id is not distinct from $2 and m.sha256 = $3 and m.state = 'READY'`,
  params: ["uuid", "uuid?", "text"],
  row,
  budget: { access: "index", maxRows: 1 },
});

const refuse = query({
  name: "catalog.mediaRefused",
  text: "update catalog.media m set state = 'REFUSED', refused_why = $2 where m.id = $1 and m.state = 'PENDING'",
  params: ["uuid", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const update = query({
  name: "catalog.updateMedia",
  text: `update catalog.media as m set alt = $2, variant_id = $3, position = $4, version = m.version + 1 where m.id = $1 returning ${COLUMNS}`,
  params: ["uuid", "text?", "uuid?", "int4"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const reorder = query({
  name: "catalog.reorderMedia",
  text: `update catalog.media m set position = o.place - 1, version = m.version + 1
    from unnest($2::uuid[]) with ordinality as o (id, place) where m.id = o.id and m.product_id = $1 and m.position <> o.place - 1`,
  params: ["uuid", "uuid[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const remove = query({
  name: "catalog.deleteMedia",
  text: `with gone as (delete from catalog.media m where m.id = $1 returning m.sha256)
    insert into catalog.media_leftovers (prefix) select 'media/' || g.sha256 || '/' from gone g where g.sha256 is not null on conflict (prefix) do update set since = clock_timestamp()`,
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export async function listMediaOfProducts(db: Reader, ids: readonly string[], limit: number): Promise<Media[]> {
  return (await db.many(ofProducts, [ids, limit])).map(toMedia);
}

export async function listMediaOfVariants(db: Reader, ids: readonly string[], limit: number): Promise<Media[]> {
  return (await db.many(ofVariants, [ids, limit])).map(toMedia);
}

/** A picture that can be shown, locked until the transaction ends. */
export async function findMediaForChange(tx: Tx, id: string): Promise<Media | undefined> {
  const found = await tx.maybeOne(byId, [id]);
  return found && toMedia(found);
}

export async function findUpload(db: Reader, id: string): Promise<MediaUpload | undefined> {
  const found = await db.maybeOne(uploadById, [id]);
  return found && {
    id: found.id, productId: found.product_id, variantId: found.variant_id, state: found.state as MediaState, declaredType: found.declared_type,
    declaredBytes: Number(found.declared_bytes), refusedWhy: found.refused_why as PictureRefusal | null,
  };
}

/** Holds the product's pictures until the transaction ends, and says how many there are, those on their way counted. */
export async function lockMediaOf(tx: Tx, productId: string): Promise<{ pictures: number; next: number }> {
  await tx.execute(lock, [productId]);
  return tx.one(count, [productId]);
}

export async function insertUpload(tx: Tx, upload: UploadPlan & { productId: string; variantId: string | null; position: number; at: Date; keepSeconds: number }): Promise<string> {
  const { productId, variantId, position, alt, fileName, contentType, size, at, keepSeconds } = upload;
  return (await tx.one(insert, [productId, variantId, position, alt, fileName, contentType, BigInt(size), at, keepSeconds])).id;
}

/** The picture, ready; undefined where the same one stands there already, or the upload is over. */
export async function finishUpload(tx: Tx, id: string, { sha256, width, height, renditions }: Picture): Promise<Media | undefined> {
  const found = await tx.maybeOne(ready, [id, sha256, width, height, JSON.stringify(renditions.map((one) => ({ width: one.width, height: one.height, bytes: one.bytes.length })))]);
  return found && toMedia(found);
}

export async function findSameMedia(db: Reader, productId: string, variantId: string | null, sha256: string): Promise<Media | undefined> {
  const found = await db.maybeOne(same, [productId, variantId, sha256]);
  return found && toMedia(found);
}

export async function refuseUpload(tx: Reader, id: string, why: PictureRefusal): Promise<void> {
  await tx.execute(refuse, [id, why]);
}

export async function updateMedia(tx: Tx, { id, alt, variantId, position }: Pick<Media, "id" | "alt" | "variantId" | "position">): Promise<Media> {
  return toMedia(await tx.one(update, [id, alt, variantId, position]));
}

export async function reorderMedia(tx: Tx, productId: string, ids: readonly string[]): Promise<void> {
  await tx.execute(reorder, [productId, ids]);
}

/** Takes the row away and notes its bodies as leftovers: the sweeper removes them once no other row names them. */
export async function deleteMedia(tx: Tx, id: string): Promise<void> {
  await tx.execute(remove, [id]);
}

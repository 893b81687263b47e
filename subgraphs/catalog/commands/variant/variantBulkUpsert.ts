import { auditAs } from "#kit/audit.ts";
import { can } from "#kit/viewer.ts";
import type { Tx } from "#platform/db/database.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { type DraftRefusal, type InvalidValue, invalid } from "../../domain/draftRefusal.ts";
import type { DraftVariant } from "../../domain/variantInput.ts";
import type { CatalogParts } from "../once.ts";
import { rightsOf } from "../product/rightsOf.ts";
import { writeProducts } from "../product/writeProducts.ts";

export const MAX_BULK = 500;

/** A variant of the list with its product's UUID. */
export interface ListedVariant extends DraftVariant {
  readonly productId: string;
}

/** What is wrong with one of the list; the path begins at the variant. */
export interface VariantRefusal {
  readonly index: number;
  readonly refusal: DraftRefusal;
}
export interface WrittenVariants {
  /** UUIDs in the order of the list. */
  readonly variantIds: readonly string[];
  readonly errors: readonly VariantRefusal[];
}
export type VariantBulkRefusal = InvalidValue | { code: "VARIANTS_REJECTED"; errors: readonly VariantRefusal[] };

class Rejected extends Error {
  readonly errors: readonly VariantRefusal[];
  constructor(errors: readonly VariantRefusal[]) {
    super("variants were rejected");
    this.errors = errors;
  }
}

/** Makes and changes variants of any products: all of them, or with `skip` those that are right. */
export async function variantBulkUpsert(parts: CatalogParts, variants: readonly ListedVariant[], { skip }: { skip: boolean }): Promise<Result<WrittenVariants, VariantBulkRefusal>> {
  if (variants.length === 0 || variants.length > MAX_BULK) return err(invalid(["variants"], `Give 1 to ${MAX_BULK} variants, there are ${variants.length}.`));
  try {
    return ok(await parts.db.tx(async (tx) => {
      const written = await writeAll(tx, parts, variants, skip);
      if (can(parts.viewer, "catalog.write")) await auditAs(tx, parts, "variantBulkUpsert", "variant", null, { written: written.variantIds.length, refused: written.errors.length, variantIds: written.variantIds });
      return written;
    }, { retries: 3 }));
  } catch (error) {
    if (error instanceof Rejected) return err({ code: "VARIANTS_REJECTED", errors: error.errors });
    throw error;
  }
}

async function writeAll(tx: Tx, { viewer, clocks }: CatalogParts, variants: readonly ListedVariant[], skip: boolean): Promise<WrittenVariants> {
  const errors: VariantRefusal[] = [];
  const ids = new Map<number, string>();
  let open = new Map<number, ListedVariant>();
  // Of two products that want one code the first in the list has it, whatever becomes of it.
  const owners = new Map<string, string>();
  for (const [index, variant] of variants.entries()) {
    const sku = variant.sku.trim().toUpperCase();
    const owner = owners.get(sku) ?? variant.productId;
    owners.set(sku, owner);
    if (owner === variant.productId) open.set(index, variant);
    else errors.push({ index, refusal: { code: "SKU_TAKEN", path: ["sku"], sku } });
  }
  // Each round writes the products of which nothing is wrong, and takes what is wrong out of the others: each ends sooner or later.
  while (open.size > 0) {
    const groups = [...Map.groupBy(open, ([, { productId }]) => productId)];
    const outcomes = await writeProducts(tx, groups.map(([id, members]) => ({ id, variants: members.map(([, { productId: _product, ...variant }]) => variant) })), { rights: rightsOf(viewer), at: clocks.business.now() });
    const again = new Map<number, ListedVariant>();
    for (const [n, [, members]] of groups.entries()) {
      const outcome = outcomes[n];
      if (outcome?.ok) for (const [m, [index]] of members.entries()) ids.set(index, outcome.value.variants[m]?.variantId ?? "");
      else for (const one of wrongOf(outcome?.error ?? [], members, again)) errors.push(one);
    }
    open = again;
  }
  errors.sort((one, other) => one.index - other.index);
  // Only now: whoever corrects the list wants to know everything that is wrong with it.
  if (!skip && errors.length > 0) throw new Rejected(errors);
  return { variantIds: [...ids].sort(([one], [other]) => one - other).map(([, id]) => id), errors };
}

/** The refusals of one product's variants by their place in the list, each variant once; the rest goes into `again`. */
function wrongOf(refusals: readonly DraftRefusal[], members: readonly (readonly [number, ListedVariant])[], again: Map<number, ListedVariant>): VariantRefusal[] {
  const wrong = new Map<number, DraftRefusal>();
  for (const refusal of refusals) {
    const [field, place, ...rest] = refusal.path;
    const of = field === "variants" && place !== undefined ? [members[Number(place)]] : members;
    for (const member of of) if (member && !wrong.has(member[0])) wrong.set(member[0], { ...refusal, path: field === "variants" ? rest : ["productId"] });
  }
  for (const [index, variant] of members) if (!wrong.has(index)) again.set(index, variant);
  return [...wrong].map(([index, refusal]) => ({ index, refusal }));
}

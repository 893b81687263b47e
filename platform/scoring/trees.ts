import { indexes, list, numbers, object, type Json } from "./json.ts";
import { ModelRefused } from "./modelRefused.ts";

/** How a node takes a value that is missing, as LightGBM numbers it. */
const MISSING = { none: 0, zero: 1, nan: 2 } as const;

/** LightGBM's kZeroThreshold: what is nearer to zero counts as zero where zero means missing. */
const ZERO_THRESHOLD = 1e-35;

/** Gradient-boosted trees in flat arrays. A negative child or root ~i is leaf i. */
export interface Trees {
  /** Length of an input row. */
  readonly features: number;
  readonly roots: Int32Array;
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  readonly defaultLeft: Uint8Array;
  readonly missing: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly leaf: Float64Array;
  /** Of categorical nodes: the categories that go left. */
  readonly categories: ReadonlyMap<number, ReadonlySet<number>>;
}

/** @throws ModelRefused when an index points outside of the model: walking it would not end or would read nothing. */
export function parseTrees(document: Json): Trees {
  const threshold = numbers(document["threshold"], "trees.threshold");
  const leaf = numbers(document["leaf"], "trees.leaf");
  const nodes = threshold.length;
  const features = Number(document["features"]);
  if (!Number.isInteger(features) || features < 0) throw new ModelRefused("trees.features is no count");
  const trees: Trees = {
    features,
    roots: indexes(document["roots"], "trees.roots", -leaf.length, Math.max(nodes, 0)),
    feature: indexes(document["feature"], "trees.feature", 0, features),
    threshold,
    defaultLeft: Uint8Array.from(indexes(document["defaultLeft"], "trees.defaultLeft", 0, 2)),
    missing: Uint8Array.from(indexes(document["missing"], "trees.missing", 0, 3)),
    left: indexes(document["left"], "trees.left", -leaf.length, nodes),
    right: indexes(document["right"], "trees.right", -leaf.length, nodes),
    leaf,
    categories: parseCategories(object(document["categories"], "trees.categories")),
  };
  for (const [name, column] of Object.entries({ feature: trees.feature, defaultLeft: trees.defaultLeft, missing: trees.missing, left: trees.left, right: trees.right })) {
    if (column.length !== nodes) throw new ModelRefused(`trees.${name} has ${column.length} entries for ${nodes} nodes`);
  }
  // Children come after their parent, so every walk ends.
  for (let node = 0; node < nodes; node += 1) {
    for (const child of [trees.left[node] as number, trees.right[node] as number]) {
      if (child >= 0 && child <= node) throw new ModelRefused(`trees: node ${node} points back to ${child}`);
    }
  }
  return trees;
}

function parseCategories(document: Json): Map<number, Set<number>> {
  return new Map(Object.entries(document).map(([node, categories]) => [Number(node), new Set(list(categories, "trees.categories").map(Number))]));
}

/** The sum of all trees' leaves for one row, in tree order: the raw score, in logits for a binary model. */
export function scoreTrees(trees: Trees, values: ArrayLike<number>): number {
  let total = 0;
  for (let tree = 0; tree < trees.roots.length; tree += 1) {
    let place = trees.roots[tree] as number;
    while (place >= 0) place = goesLeft(trees, place, values[trees.feature[place] as number] as number) ? (trees.left[place] as number) : (trees.right[place] as number);
    total += trees.leaf[~place] as number;
  }
  return total;
}

/** Source: LightGBM 4.7, include/LightGBM/tree.h, Tree::NumericalDecision and Tree::CategoricalDecision. */
function goesLeft(trees: Trees, node: number, value: number): boolean {
  if (trees.categories.size > 0) {
    const categories = trees.categories.get(node);
    if (categories) return !Number.isNaN(value) && value > -1 && categories.has(Math.trunc(value));
  }
  const missing = trees.missing[node] as number;
  const isNaN = Number.isNaN(value);
  const known = isNaN && missing !== MISSING.nan ? 0 : value;
  if ((missing === MISSING.zero && Math.abs(known) <= ZERO_THRESHOLD) || (missing === MISSING.nan && isNaN)) return trees.defaultLeft[node] === 1;
  return known <= (trees.threshold[node] as number);
}

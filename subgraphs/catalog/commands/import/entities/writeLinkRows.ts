import type { LinkKind, ProductDraft } from "../../../domain/productInput.ts";
import { findProducts } from "../../../queries/import/terms.ts";
import { listLinksOf } from "../../../queries/import/links.ts";
import { writeProducts } from "../../product/writeProducts.ts";
import { type Candidate, type EntityWriter, mayChange, type Part, refused, sayAll, type Verdict } from "../importRun.ts";

/** Links between products; those that are there already stay, new ones come behind them. */
export const writeLinkRows: EntityWriter = async (tx, run, candidates) => {
  const verdicts = new Map<Part, Verdict>();
  const keys = new Set(candidates.flatMap(({ whole }) => [...(whole.list("product") ?? []), ...(whole.list("linked") ?? [])]));
  const known = await findProducts(tx, [...keys]);
  const isThere = (key: string) => known.has(key) || (run.isDry && (run.planned.PRODUCT.has(key) || run.planned.SKU.has(key.toUpperCase())));
  const notes = new Map<Candidate, string>();
  /** Wanted links by product and kind, with the rows that want them. */
  const wanted = new Map<string, { id: string; kind: LinkKind; linked: Set<string>; of: Set<Candidate> }>();
  for (const candidate of candidates) {
    const { whole } = candidate;
    const kind = whole.required("kind") as LinkKind;
    const from = whole.list("product") ?? [];
    const to = whole.list("linked") ?? [];
    const missing = [...from, ...to].filter((key) => !isThere(key));
    const strange = from.find((key) => { const found = known.get(key); return found && !mayChange(run.rights, found.vendorId); });
    if (strange !== undefined || from.some((key) => !isThere(key))) {
      sayAll(verdicts, candidate, refused("product", "there is no such product that you may change"));
      continue;
    }
    // What is there is linked all the same: the row tells what is missing.
    if (missing.length > 0) notes.set(candidate, `${missing.length} of ${to.length} products are not there; the others are linked`);
    for (const one of from) {
      const id = known.get(one)?.id;
      if (id === undefined) continue;
      const entry = wanted.get(`${id} ${kind}`) ?? { id, kind, linked: new Set(), of: new Set() };
      for (const key of to) { const other = known.get(key)?.id; if (other !== undefined && other !== id) entry.linked.add(other); }
      wanted.set(`${id} ${kind}`, { ...entry, of: entry.of.add(candidate) });
    }
  }
  const present = await listLinksOf(tx, [...new Set([...wanted.values()].map(({ id }) => id))]);
  const drafts = new Map<string, ProductDraft>();
  for (const { id, kind, linked } of wanted.values()) {
    const now = present.filter((one) => one.productId === id && one.kind === kind).map(({ linkedId }) => linkedId);
    const draft = drafts.get(id) ?? { id, links: [] };
    drafts.set(id, { ...draft, links: [...(draft.links ?? []), { kind, productIds: [...new Set([...now, ...linked])] }] });
  }
  const outcomes = await writeProducts(tx, [...drafts.values()], { rights: { mayChange: (vendorId) => mayChange(run.rights, vendorId), createBrands: false, createOptions: false }, at: run.now() });
  const byProduct = new Map([...drafts.keys()].map((id, index) => [id, outcomes[index]]));
  for (const { id, of } of wanted.values()) {
    const outcome = byProduct.get(id);
    for (const candidate of of) {
      const said = verdicts.get(candidate.rows[0] as Part);
      if (said?.outcome === "REFUSED") continue;
      if (!outcome?.ok) sayAll(verdicts, candidate, refused("linked", "a product cannot be linked: it is not published, or there are too many links"));
      else if (said?.outcome !== "UPDATED") sayAll(verdicts, candidate, { outcome: outcome.value.change });
    }
  }
  for (const candidate of candidates) {
    const part = candidate.rows[0] as Part;
    const said = verdicts.get(part) ?? { outcome: run.isDry ? "UPDATED" as const : "UNCHANGED" as const };
    verdicts.set(part, said.outcome === "REFUSED" ? said : { ...said, reason: notes.get(candidate) });
  }
  return verdicts;
};

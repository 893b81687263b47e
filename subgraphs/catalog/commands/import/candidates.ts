import type { Step } from "../../domain/import/mapping.ts";
import { RowProblem } from "#schema/mapping/values.ts";
import { type Candidate, type Part, refused, type Verdict } from "./importRun.ts";
import { EMPTY_FIELDS, partOf, type StepRow, wholeOf } from "./rowsOfStep.ts";
import type { Seen } from "./seen.ts";

/** Rows of one product or order. */
const MAX_GROUP = 1_000;

/** What rows come to: a candidate to write, with verdicts about those of its rows that cannot be. */
export interface Gathered {
  readonly candidate: Candidate | undefined;
  readonly verdicts: Map<Part, Verdict>;
  /** Every row, in order. */
  readonly parts: readonly Part[];
}

/** Makes the candidate of a group's rows, or of a single row. */
export function gather(step: Step, file: string, rows: readonly StepRow[], seen: Seen): Gathered {
  const verdicts = new Map<Part, Verdict>();
  const isGroup = step.groupBy !== undefined || step.entity === "PRODUCT" || step.entity === "ORDER";
  const parts: (Part & { readonly row: StepRow })[] = rows.map((row) => ({ file, line: row.line, key: row.key, fields: EMPTY_FIELDS(step), row }));
  const refuseAll = (verdict: Verdict): Gathered => {
    for (const part of parts) if (!verdicts.has(part)) verdicts.set(part, verdict);
    return { candidate: undefined, verdicts, parts };
  };
  if (rows.length > MAX_GROUP) return refuseAll(refused(null, `a product or an order has at most ${MAX_GROUP} rows`));
  for (const part of parts) if (part.row.problem) verdicts.set(part, refused(part.row.problem.field, part.row.problem.message));
  const sound = parts.filter((part) => !part.row.problem);
  const parent = step.parent ? sound.find(({ row }) => row.isParent) : sound[0];
  if (sound.length === 0) return refuseAll(refused(null, "the row cannot be read"));
  const twice = sound.filter(({ row }) => row.isParent).slice(1);
  for (const part of twice) verdicts.set(part, refused(null, "two rows say what holds of the whole product"));
  const group = sound[0]?.row.group;
  if (step.groupBy && group !== undefined && seen.meet(`${step.entity} group`, group)) return refuseAll(refused(null, "rows of this product or order stood further above: they have to follow one another"));
  let whole: Part["fields"];
  try {
    whole = parent?.row.cells ? wholeOf(step, parent.row.cells) : EMPTY_FIELDS(step);
  } catch (error) {
    if (!(error instanceof RowProblem)) throw error;
    return refuseAll(refused(error.field, error.message));
  }
  const key = uniqueKey(step, whole);
  if (key !== undefined && seen.meet(step.entity, key)) return refuseAll(refused(null, "the same stands further above in the files: only the first one is taken"));
  if (!isGroup) {
    const part = { ...(parts[0] as Part & { row: StepRow }), fields: whole };
    return { candidate: { whole, parts: [part], rows: [part], parent: part }, verdicts, parts: [part] };
  }
  const filled = parts.map((part) => (verdicts.has(part) ? part : fill(step, part, step.parent !== undefined && part === parent, verdicts, seen)));
  // Verdicts were said of the rows before they were filled.
  for (const [index, part] of filled.entries()) { const said = verdicts.get(parts[index] as Part); if (said && part !== parts[index]) { verdicts.delete(parts[index] as Part); verdicts.set(part, said); } }
  const usable = filled.filter((part) => !verdicts.has(part));
  const top = parent && filled[parts.indexOf(parent)];
  const own = usable.filter((part) => !(step.parent && part === top));
  // A line that cannot be read must not make an order smaller than it was.
  if (step.entity === "ORDER" && usable.length < filled.length) {
    for (const part of usable) verdicts.set(part, refused(null, "another row of this order is refused, so the order is"));
    return { candidate: undefined, verdicts, parts: filled };
  }
  if (usable.length === 0) return { candidate: undefined, verdicts, parts: filled };
  return { candidate: { whole, parts: own, rows: usable, parent: top && !verdicts.has(top) ? top : undefined }, verdicts, parts: filled };
}

function fill(step: Step, part: Part & { readonly row: StepRow }, isParentAlone: boolean, verdicts: Map<Part, Verdict>, seen: Seen): Part {
  if (isParentAlone || !part.row.cells) return part;
  try {
    const filled = { file: part.file, line: part.line, key: part.key, fields: partOf(step, part.row.cells) };
    const sku = step.entity === "PRODUCT" ? filled.fields.text("variant.sku") : undefined;
    if (sku !== undefined && seen.meet("SKU", sku.toUpperCase())) verdicts.set(part, refused("variant.sku", "the same SKU stands further above in the files: only the first one is taken"));
    return filled;
  } catch (error) {
    if (!(error instanceof RowProblem)) throw error;
    verdicts.set(part, refused(error.field, error.message));
    return part;
  }
}

/** By what a file must not hold the same thing twice: the second one would undo the first with every import. */
function uniqueKey(step: Step, whole: Part["fields"]): string | undefined {
  switch (step.entity) {
    case "CUSTOMER": return whole.text("externalRef") ?? whole.text("email");
    case "STOCK": return `${whole.text("sku")?.toUpperCase()} ${whole.text("warehouse") ?? ""}`;
    case "PRICE": return `${whole.text("sku")?.toUpperCase()} ${whole.text("currency") ?? ""}`;
    case "PRODUCT": return whole.text("externalRef");
    // Where the same product is named in two ways the writer sees it.
    case "REVIEW": return [whole.text("product"), ...(whole.has("externalRef") ? [whole.text("externalRef")] : [whole.text("author"), whole.text("title"), whole.text("text")])].join("\0");
    default: return undefined;
  }
}

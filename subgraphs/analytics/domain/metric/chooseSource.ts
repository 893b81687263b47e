import { filterDimension, type MeasureUse } from "#schema/values/metricCatalogue.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { MetricModel, PlacedMeasure } from "./catalogue.ts";
import type { Leaf } from "./leaves.ts";

export interface SourceNeeds {
  readonly dimensions: readonly string[];
  readonly zone: string;
  readonly vendors: boolean;
  /** Rows of different currencies have to be told apart. */
  readonly currencies: boolean;
}

/**
 * The lightest source that gives the leaf's number and holds all that is asked for. Measures named as equal give the same number
 * wherever both can, which a test proves of every pair; so an aggregate table answers exactly when it holds every column that the
 * request groups, filters or guards by, and the facts behind it do otherwise.
 */
export function chooseSource(leaf: Leaf, needs: SourceNeeds, model: MetricModel): Result<PlacedMeasure, string> {
  const candidates = candidatesOf(leaf.use, model);
  const able = candidates.filter((candidate) => lacks(candidate, leaf, needs) === null);
  const [lightest] = able.sort((left, right) => left.source.weight - right.source.weight);
  if (lightest) return ok(lightest);
  return err(candidates.map((candidate) => lacks(candidate, leaf, needs)).find((reason) => reason !== null) ?? "");
}

export function candidatesOf(use: MeasureUse, model: MetricModel): PlacedMeasure[] {
  return [use.measure, ...use.equal].map((name) => model.measures.get(name) as PlacedMeasure);
}

/** What the candidate lacks, or null when it can answer. */
function lacks({ source, measure }: PlacedMeasure, leaf: Leaf, needs: SourceNeeds): string | null {
  const unknown = needs.dimensions.find((name) => !(name in source.dimensions));
  if (unknown !== undefined) return `by ${unknown}`;
  const time = source.times.find(({ name }) => name === measure.time);
  if (needs.zone !== "UTC" && time && time.instant === null) return "in another time zone than UTC";
  if (needs.vendors && source.vendor === null) return "by vendor";
  if (needs.currencies && leaf.money && source.currency === null) return "by currency";
  const inner = [...(leaf.filter ?? "").matchAll(/\{([a-z_0-9]+)\}/g)].find(([, name = ""]) => filterDimension(source, name) === undefined);
  return inner ? "under the conditions of the metric" : null;
}

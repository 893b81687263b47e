import { filterDimension, type CatalogueMeasure, type CatalogueSource, type FilterTemplate } from "#schema/values/metricCatalogue.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { MetricModel, PlacedMeasure } from "./catalogue.ts";
import type { Leaf } from "./leaves.ts";
import type { CheckedRequest } from "./metricRequest.ts";
import { daysBetween, splitMonths, type Days } from "./periods.ts";
import { keepsToSteps } from "./timeZone.ts";

export interface SourceNeeds {
  readonly request: Pick<CheckedRequest, "dimensions" | "filters" | "grain" | "vendors" | "zone">;
  /** The dimension of which values are thrown together, as the rest of a top. */
  readonly merged: string | null;
  /** Rows of different currencies have to be told apart. */
  readonly currencies: boolean;
  /** Percentiles can be found by steps: no top is asked for, and the engine reads single rows quickly. */
  readonly bySteps: boolean;
  /** The days that are asked for, of each side of a comparison. */
  readonly ranges: readonly Days[];
}

/** A step is looked up on each of its days: so many at most. */
const MAX_STEP_DAYS = 4_000;

/** What answers, and the part of the metric's filter that it does not have in it. */
export interface Chosen {
  readonly source: CatalogueSource;
  readonly measure: CatalogueMeasure;
  readonly filter: FilterTemplate | null;
}
/** Whole months from `months` where that is given, all other days from `days`. */
export interface Choice {
  readonly days: Chosen | null;
  readonly months: Chosen | null;
}

/**
 * The lightest source that gives the leaf's number and holds all that is asked for. Measures named as equal give the same number
 * wherever both can, which a test proves of every pair; so an aggregate table answers exactly when it holds every column that the
 * request groups, filters or guards by, and the facts behind it do otherwise. One of months answers the whole months of a range, and
 * the lightest source of days what is before and behind them.
 */
export function chooseSource(leaf: Leaf, needs: SourceNeeds, model: MetricModel): Result<Choice, string> {
  const [main] = candidatesOf(leaf, model);
  const candidates = candidatesOf(leaf, model).map((candidate) => ({ candidate, lack: lacks(candidate, main as Chosen, leaf, needs) }));
  const lightest = (months: boolean) => candidates
    .filter(({ candidate, lack }) => lack === null && candidate.source.months === months)
    .map(({ candidate }) => candidate)
    .sort((left, right) => left.source.weight - right.source.weight)[0];
  const [days, months] = [lightest(false), lightest(true)];
  if (months && (!days || months.source.weight < days.source.weight)) {
    const split = needs.ranges.map(splitMonths);
    const rest = split.some((one) => one.rest.length > 0);
    // what months and days count apart cannot be added up
    const adds = days !== undefined && months.measure.aggregation === "sum";
    if (split.every((one) => one.months !== null) && (adds || !rest)) return ok({ months, days: rest && days ? days : null });
  }
  if (days) return ok({ days, months: null });
  return err(candidates.map(({ lack }) => lack).find((lack) => lack !== null) ?? "");
}

function candidatesOf({ use, filter, outer }: Leaf, model: MetricModel): Chosen[] {
  const named = (names: readonly string[], under: FilterTemplate | null) => names.map((name) => ({ ...(model.measures.get(name) as PlacedMeasure), filter: under }));
  return [...named([use.measure, ...use.equal], filter), ...named(use.filtered, outer)];
}

/** What the candidate lacks, or null when it can answer. */
function lacks({ source, measure, filter }: Chosen, main: Chosen, leaf: Leaf, needs: SourceNeeds): string | null {
  const { request } = needs;
  const unknown = [...request.dimensions, ...request.filters.map(({ dimension }) => dimension)].find(({ name }) => !(name in source.dimensions));
  if (unknown !== undefined) return `by ${unknown.name}`;
  const time = source.times.find(({ name }) => name === measure.time);
  if (request.zone !== "UTC" && time && time.instant === null) return "in another time zone than UTC";
  if (request.zone !== "UTC" && time?.minutes && (leaf.mode.type !== "plain" || !needs.ranges.every((range) => keepsToSteps(request.zone, range, time.minutes ?? 0)))) return "in this time zone";
  if (isByStep(source, measure) && (!needs.bySteps || !needs.currencies || filter !== null || leaf.mode.type !== "plain" || needs.ranges.some((range) => daysBetween(range) > MAX_STEP_DAYS))) return "by steps";
  if (source.months && (leaf.mode.type !== "plain" || request.grain === "DAY" || request.grain === "WEEK")) return "by day";
  if (request.vendors !== null && source.vendor === null) return "by vendor";
  if (needs.currencies && source.currency === null && (leaf.money || main.source.currency !== null)) return "by currency";
  const together = source.apart.find((name) => !isApart(name, source, needs));
  if (together !== undefined) return `over several values of ${together}`;
  const unnamed = source.named.find((name) => !isNamed(name, needs));
  if (unnamed !== undefined) return `where ${unnamed} is none`;
  const inner = [...(filter ?? "").matchAll(/\{([a-z_0-9]+)\}/g)].find(([, name = ""]) => filterDimension(source, name) === undefined);
  return inner ? "under the conditions of the metric" : null;
}

/** A percentile of what the rows count, and not of the rows. */
export const isByStep = (source: CatalogueSource, { aggregation }: CatalogueMeasure): boolean => source.steps !== null && (aggregation === "median" || aggregation === "percentile");

/** Every group that is shown has one value of the dimension. */
function isApart(name: string, source: CatalogueSource, { request, merged, currencies }: SourceNeeds): boolean {
  if (name === merged) return false;
  if (request.dimensions.some((dimension) => dimension.name === name)) return true;
  if (currencies && source.dimensions[name]?.expression === source.currency) return true;
  if (request.vendors?.length === 1 && source.dimensions[name]?.expression === source.vendor?.expression) return true;
  return request.filters.some((filter) => filter.dimension.name === name && filter.kind === "in" && filter.values.length + (filter.missing ? 1 : 0) === 1);
}

/** Rows without a value of the dimension are not asked for. */
function isNamed(name: string, { request }: SourceNeeds): boolean {
  return (request.vendors !== null && name === "vendor") || request.filters.some((filter) => filter.dimension.name === name && filter.kind === "in" && !filter.missing);
}

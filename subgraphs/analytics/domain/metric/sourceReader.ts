import { filterDimension, type CatalogueMeasure, type CatalogueSource, type CatalogueTime, type FilterTemplate, type SourceDimension } from "#schema/values/metricCatalogue.ts";
import type { Dialect, Params } from "./dialect.ts";
import type { CheckedRequest, StoredFilter } from "./metricRequest.ts";
import { addDays, type Days } from "./periods.ts";

/** Reads one source: collects the joins that the expressions asked of it need, and says where its rows come from. */
export class SourceReader {
  readonly source: CatalogueSource;
  readonly dialect: Dialect;
  readonly params: Params;
  readonly #joins = new Map<string, Set<string>>();

  constructor(source: CatalogueSource, dialect: Dialect, params: Params) {
    this.source = source;
    this.dialect = dialect;
    this.params = params;
  }

  #expression(dimension: SourceDimension): string {
    if (dimension.join) {
      const columns = this.#joins.get(dimension.join.entity) ?? new Set();
      this.#joins.set(dimension.join.entity, columns.add(dimension.join.column));
    }
    return dimension.expression;
  }

  /** The dimension as it is grouped by; ids stay as they are, what has a word for nothing says it. */
  grouping(name: string, idPrefix: string | null): string {
    const dimension = this.source.dimensions[name] as SourceDimension;
    const expression = this.#expression(dimension);
    return idPrefix || dimension.missing === null ? expression : `coalesce(${this.dialect.text(expression)}, '${dimension.missing.replaceAll("'", "''")}')`;
  }

  /** The word for nothing of a dimension of ids, which the grouping left out. */
  missingOf(name: string): string {
    return (this.source.dimensions[name]?.missing ?? "").replaceAll("'", "''");
  }

  /** A metric's own filter over this source's columns. */
  template(filter: FilterTemplate): string {
    return filter.replaceAll(/\{([a-z_0-9]+)\}/g, (_match, name: string) => {
      const dimension = filterDimension(this.source, name);
      if (!dimension) throw new Error(`${this.source.name} does not have ${name}: choose another source`);
      return this.#expression(dimension);
    });
  }

  condition(filter: StoredFilter): string {
    const { dialect, params } = this;
    const dimension = this.source.dimensions[filter.dimension.name] as SourceDimension;
    const raw = this.#expression(dimension);
    const isId = filter.dimension.idPrefix !== null;
    const text = isId ? raw : dialect.text(raw);
    switch (filter.kind) {
      case "in":
      case "notIn": {
        const list = params.add(isId ? "id[]" : "text[]", filter.values);
        const nothing = filter.missing || (dimension.missing !== null && filter.values.includes(dimension.missing));
        if (filter.kind === "in") return `(${dialect.inList(text, list, false)}${nothing ? ` or ${raw} is null` : ""})`;
        return nothing ? `(${raw} is not null and ${dialect.inList(text, list, true)})` : `(${raw} is null or ${dialect.inList(text, list, true)})`;
      }
      case "contains":
        return dialect.contains(`coalesce(${text}, '${this.missingOf(filter.dimension.name)}')`, params.add("text", filter.values[0]));
      case "startsWith":
        return `starts_with(coalesce(${text}, '${this.missingOf(filter.dimension.name)}'), ${params.add("text", filter.values[0])})`;
    }
  }

  /** The rows of the viewer's vendors alone. */
  ofVendors(vendors: readonly string[]): string {
    return this.dialect.inList(this.#expression(this.source.vendor as SourceDimension), this.params.add("id[]", vendors), false);
  }

  aggregate(measure: CatalogueMeasure, filter: FilterTemplate | null): string {
    const value = filter ? `case when ${this.template(filter)} then ${measure.expression} end` : measure.expression;
    return aggregateOf(measure, value, this.dialect);
  }

  from(): string {
    const { dialect, source } = this;
    const joins = [...this.#joins].map(([entity, columns]) => {
      const join = source.joins.find((one) => one.entity === entity);
      if (!join) throw new Error(`${source.name} has no way to ${entity}`);
      const brought = [`${join.key} as ${entity}__key`, ...[...columns].map((column) => `${column} as ${entity}__${column}`)];
      // No alias of an entity's own name: "order" is a word of the language.
      return ` left join (select ${brought.join(", ")} from ${dialect.table(join.model)}) of_${entity} on of_${entity}.${entity}__key = ${join.expression}`;
    });
    return `${dialect.table(source.model)} t${joins.join("")}`;
  }

  /** The day of a row, in the zone. */
  day(time: CatalogueTime, zone: string): string {
    return zone === "UTC" && time.day !== null ? time.day : this.dialect.localDay(time.instant as string, this.params.add("text", zone));
  }

  /**
   * Rows of half-open days. No clock is more than a day from UTC's, so the stored day narrows the scan to what can be meant and takes
   * what must be meant; at the edges the zone's own day decides, which alone is exact when clocks are put forward or back at midnight.
   */
  within(time: CatalogueTime, zone: string, day: string, { from, to }: Days): string {
    const { params } = this;
    const exact = `${day} >= ${params.add("date", from)} and ${day} < ${params.add("date", to)}`;
    if (zone === "UTC" || time.day === null) return exact;
    const wide = `${time.day} >= ${params.add("date", addDays(from, -1))} and ${time.day} < ${params.add("date", addDays(to, 1))}`;
    return `${wide} and ((${time.day} > ${params.add("date", from)} and ${time.day} < ${params.add("date", addDays(to, -1))}) or (${exact}))`;
  }

  /** What every row has to satisfy, whatever is counted. */
  conditions(request: Pick<CheckedRequest, "filters" | "vendors">): string[] {
    return [...(this.source.rows === null ? [] : [`(${this.source.rows})`]), ...request.filters.map((filter) => this.condition(filter)), ...(request.vendors ? [this.ofVendors(request.vendors)] : [])];
  }
}

/** The aggregate of a measure over a value that is null in the rows that do not count. */
export function aggregateOf(measure: Pick<CatalogueMeasure, "aggregation" | "percentile">, value: string, dialect: Dialect): string {
  switch (measure.aggregation) {
    case "sum":
      return value === "1" ? "count(*)" : `sum(${value})`;
    case "count":
      return `count(${value})`;
    case "count_distinct":
      return `count(distinct ${value})`;
    case "average":
      return dialect.average(value);
    case "min":
      return `min(${value})`;
    case "max":
      return `max(${value})`;
    case "median":
      return dialect.percentile(0.5, value);
    case "percentile":
      return dialect.percentile(measure.percentile ?? 0.5, value);
  }
}

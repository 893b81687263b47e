import { parse } from "yaml";
import { readZip } from "../zip.ts";
import type { SupersetClient } from "./supersetClient.ts";

/** One difference between what we generated and what a Superset holds. */
export interface Drift {
  readonly kind: "dashboard" | "chart" | "dataset" | "database";
  readonly name: string;
  /** `missing`, or where in the document: `params.metric`. */
  readonly at: string;
  readonly ours?: unknown;
  readonly theirs?: unknown;
}

type Json = Record<string, unknown>;

const KINDS: readonly (readonly [folder: string, kind: Drift["kind"], title: string])[] = [
  ["databases/", "database", "database_name"],
  ["datasets/", "dataset", "table_name"],
  ["charts/", "chart", "slice_name"],
  ["dashboards/", "dashboard", "dashboard_title"],
];

/** Numbers that each Superset gives by itself, where it reads the marts, what it writes down in its own words, and where passwords are masked. */
const NOT_COMPARED = /(^|\.)(chartId|datasource|query_context|chartsInScope|tabsInScope|sqlalchemy_uri|catalog|datasetId|last_modified|chart_configuration|global_chart_configuration|map_label_colors|color_namespace|extra_form_data)($|\.)/;

/** What people changed by hand: each value of ours that a Superset holds otherwise, and columns, metrics and tiles that it has beside ours. @throws SupersetError */
export async function checkBundle(client: SupersetClient, files: ReadonlyMap<string, string>): Promise<Drift[]> {
  const exported = new Map<string, Json>();
  for (const [path, text] of readZip(await client.bytes("/api/v1/assets/export/"))) {
    if (!/\.ya?ml$/.test(path)) continue;
    const document = parse(text, { version: "1.1" }) as Json | null;
    if (typeof document?.["uuid"] === "string") exported.set(document["uuid"], document);
  }
  const drift: Drift[] = [];
  for (const [path, text] of files) {
    const known = KINDS.find(([folder]) => path.startsWith(folder));
    if (!known) continue;
    const [, kind, title] = known;
    const ours = parse(text, { version: "1.1" }) as Json;
    const theirs = exported.get(String(ours["uuid"]));
    const name = String(ours[title]);
    if (!theirs) drift.push({ kind, name, at: "missing" });
    else for (const one of differences(ours, theirs, "")) drift.push({ kind, name, ...one });
  }
  return drift;
}

type Difference = Pick<Drift, "at" | "ours" | "theirs">;

/** Values of ours that differ; entries of lists and of a dashboard's grid that are theirs alone. */
export function differences(ours: unknown, theirs: unknown, at: string): Difference[] {
  if (NOT_COMPARED.test(at)) return [];
  if (isEmpty(ours) && isEmpty(theirs)) return [];
  if (Array.isArray(ours) && Array.isArray(theirs)) return listDifferences(ours, theirs, at);
  if (isObject(ours) && isObject(theirs)) {
    const found = Object.entries(ours).flatMap(([key, value]) => differences(value, theirs[key], at === "" ? key : `${at}.${key}`));
    const added = at === "position" ? Object.keys(theirs).filter((key) => !(key in ours)) : [];
    return [...found, ...added.map((key) => ({ at: `${at}.${key}`, theirs: titleOf(theirs[key]) }))];
  }
  return ours === theirs ? [] : [{ at, ours, theirs }];
}

/** Columns and metrics are known by their names, everything else by its place. */
function listDifferences(ours: readonly unknown[], theirs: readonly unknown[], at: string): Difference[] {
  const key = at === "columns" ? "column_name" : at === "metrics" ? "metric_name" : undefined;
  if (key === undefined) {
    if (ours.length !== theirs.length) return [{ at, ours, theirs }];
    return ours.flatMap((value, index) => differences(value, theirs[index], `${at}.${index}`));
  }
  const named = (list: readonly unknown[]) => new Map(list.filter(isObject).map((one) => [String(one[key]), one]));
  const [mine, other] = [named(ours), named(theirs)];
  return [
    ...[...mine].flatMap(([name, one]) => (other.has(name) ? differences(one, other.get(name), `${at}.${name}`) : [{ at: `${at}.${name}`, ours: name }])),
    ...[...other.keys()].filter((name) => !mine.has(name)).map((name) => ({ at: `${at}.${name}`, theirs: name })),
  ];
}

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
/** Superset writes what is not set as null, an empty text, an empty list or false. */
const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === "" || value === false || (Array.isArray(value) && value.length === 0) || (isObject(value) && Object.keys(value).length === 0);
const titleOf = (node: unknown): unknown => (isObject(node) && isObject(node["meta"]) ? (node["meta"]["sliceName"] ?? node["meta"]["text"] ?? node["type"]) : node);

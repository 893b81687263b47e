import { martCatalogue } from "#schema/generated/martCatalogue.ts";
import { AUDIENCES } from "./audiences.ts";

/** How the datasets of one installation are called. */
export interface Names {
  readonly project: string;
  dataset(name: string): string;
}

export interface PublishedMart {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface PublishRequest {
  readonly buildId: string;
  readonly slot: "a" | "b";
  readonly committedAt: Date;
  /** How often a build was shown, with this time. */
  readonly turn: number;
  readonly marts: readonly PublishedMart[];
  /** Who reads their own rows, by the id of the vendor; without any, vendors are shown nothing. */
  readonly vendors: ReadonlyMap<string, readonly string[]>;
  /** What the datasets of views hold now, by dataset. */
  readonly shown: ReadonlyMap<string, readonly string[]>;
}

/** A text as GoogleSQL wants it, whose quotes are not doubled. */
export const bigQueryText = (text: string) => `'${text.replaceAll(/[\\']/g, (character) => `\\${character}`).replaceAll("\n", "\\n").replaceAll("\r", "\\r")}'`;

/** What says in a dataset of views which build it shows. */
export const BUILD_LABEL = "build";
/** And how often they were shown one. */
export const TURN_LABEL = "turn";

/**
 * One script that shows a build to every audience: the rows that vendors see with a policy for each, then the views, which take the place
 * of those before, then away with views of marts that are no longer there, and last the build as a label: what carries it is complete.
 */
export function publishScript(names: Names, request: PublishRequest): string {
  const { buildId, slot, turn, vendors, shown } = request;
  const table = (dataset: string, name: string) => `\`${names.project}.${names.dataset(dataset)}.${name}\``;
  const keys = table("access", "mask_keys");
  const copies: string[] = [];
  const views: string[] = [];
  const gone: string[] = [];
  for (const { dataset, show } of AUDIENCES) {
    const here = new Set<string>();
    const isForNobody = dataset === "marts_vendor" && vendors.size === 0;
    for (const mart of isForNobody ? [] : request.marts) {
      const said = show(mart.name, mart.columns, buildId, keys);
      if (!said) continue;
      here.add(mart.name);
      const source = table(`marts_${slot}`, mart.name);
      const select = (list: readonly string[], from: string) => `select ${list.join(", ")} from ${from}`;
      const list = mart.columns.flatMap((column) => said.columns.get(column) ?? []);
      if (said.isByVendor) copies.push(...ownRows(table(`vendor_${slot}`, mart.name), select(list, source), vendors));
      const columns = mart.columns.filter((column) => said.columns.has(column));
      const from = said.isByVendor ? select(columns.map((column) => `\`${column}\``), table(`vendor_${slot}`, mart.name)) : select(list, source);
      views.push(`create or replace view ${table(dataset, mart.name)} (${columns.map((column) => described(mart.name, column)).join(", ")})${viewOptions(mart.name)} as ${from}`);
    }
    gone.push(...(shown.get(dataset) ?? []).filter((name) => !here.has(name)).map((name) => `drop view if exists ${table(dataset, name)}`));
  }
  const labels = AUDIENCES.map(({ dataset }) => `alter schema ${names.dataset(dataset)} set options (description = ${bigQueryText(describe(request))}, labels = [('product', 'martgraph'), ('${BUILD_LABEL}', '${buildId}'), ('slot', '${slot}'), ('${TURN_LABEL}', '${turn}')])`);
  return [...copies, ...views, ...gone, ...labels].join(";\n");
}

/** Made anew with its policies before any view shows it: a table without a policy shows everything. */
function ownRows(target: string, select: string, vendors: PublishRequest["vendors"]): string[] {
  const policies = [...vendors].map(([vendor, members]) =>
    `create or replace row access policy vendor_${vendor.replaceAll("-", "_")} on ${target} grant to (${members.map(bigQueryText).join(", ")}) filter using (vendor_id = ${bigQueryText(vendor)})`);
  return [`drop table if exists ${target}`, `create table ${target} as ${select}`, ...policies];
}

function described(mart: string, column: string): string {
  const text = martCatalogue[mart]?.columns[column]?.description;
  return `\`${column}\`${text ? ` options (description = ${bigQueryText(text)})` : ""}`;
}

function viewOptions(mart: string): string {
  const text = Object.hasOwn(martCatalogue, mart) ? martCatalogue[mart]?.description : undefined;
  return text ? ` options (description = ${bigQueryText(text)})` : "";
}

const describe = ({ buildId, committedAt }: PublishRequest) => `The published build ${buildId}: every change of the shop up to ${committedAt.toISOString()}.`;

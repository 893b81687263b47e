import type { Manifest, ManifestNode } from "./manifest.ts";

/** What became of what an increment reads, since the slot's last complete build. */
export interface Changes {
  /** The tables of raw in which any version began or ended. */
  tables: readonly string[];
  /** The business day is another one. */
  isNewDay: boolean;
  /** What was sold, given back and in stock on days before the business day is as it was: `tables` changed for that day alone. Absent where that is not known. */
  arePastDaysSame?: boolean;
}

/** Of what these tables hold each row lies on a day, that of its order, its refund, its movement or its state: the business day, or one that is over. */
export const TABLES_OF_DAYS: ReadonlySet<string> = new Set(["catalog__stock_levels", "catalog__stock_movements", "orders__orders", "orders__order_lines", "orders__order_charges", "orders__vendor_orders", "orders__refunds", "orders__refund_lines"]);

/** What a node reads, however far away. */
interface Inputs {
  readonly tables: ReadonlySet<string>;
  /** Tables of which it reads what lies on days that are over, and nothing of the business day. */
  readonly pastOf: ReadonlySet<string>;
  readonly readsDay: boolean;
  /** The instant of the build, a table beside raw, or something we do not know. */
  readonly readsNow: boolean;
}

/** Of the slot's row these read positions alone, or the wish to make days anew, with which everything is built. */
const OF_POSITIONS = new Set(["as_of_cut", "changed_until_cut", "versions_until_cut", "last_changes", "in_backfill", "is_backfill", "backfill_end"]);
const OF_THE_DAY = "business_date";
const OF_CHANGES = "changed_until_cut";
const SLOT_STATE = /\bslot_state\b|\bslot_value\b/;

/**
 * The models and tests whose rows can differ from those the slot holds: any table of raw behind them changed, or they look at a
 * day that is another one, or at something that is never the same. All others would be made again as they are. Sets of changes are
 * always among them, for they tell of this build. A model that is marked with `of_past_days` reads the days before the business day alone,
 * and so is left out while nothing of those changed. Answers their ids.
 */
export function affectedNodes(manifest: Manifest, changes: Changes): string[] {
  const inputsOf = readInputs(manifest);
  const changed = new Set(changes.tables);
  return Object.values(manifest.nodes)
    .filter(({ resource_type: type }) => type === "model" || type === "snapshot" || type === "test")
    .filter((node) => {
      const { tables, pastOf, readsDay, readsNow } = inputsOf(node.unique_id);
      const isChanged = [...tables].some((table) => changed.has(table)) || (!changes.arePastDaysSame && [...pastOf].some((table) => changed.has(table)));
      return readsNow || (readsDay && changes.isNewDay) || isChanged || node.depends_on.macros.some((macro) => nameOf(macro) === OF_CHANGES);
    })
    .map(({ unique_id: id }) => id)
    .sort();
}

function readInputs({ nodes, sources, macros = {} }: Manifest): (id: string) => Inputs {
  const known = new Map<string, Inputs>();
  const inputsOf = (id: string): Inputs => {
    const found = known.get(id) ?? (id in sources ? ofSource(sources[id]) : ofNode(nodes[id]));
    known.set(id, found);
    return found;
  };
  const ofNode = (node: ManifestNode | undefined): Inputs => {
    if (!node) return UNKNOWN;
    if (node.resource_type === "seed") return NOTHING;
    const time = timeOf(node, macros);
    // the slot's row is no input of its own: which of it is read, the macros say
    const parents = node.depends_on.nodes.filter((parent) => !isSlotState(parent)).map(inputsOf);
    const tables = parents.flatMap((parent) => [...parent.tables]);
    const isOfPast = (table: string) => node.config?.meta?.["of_past_days"] === true && TABLES_OF_DAYS.has(table);
    return {
      tables: new Set(tables.filter((table) => !isOfPast(table))),
      pastOf: new Set([...tables.filter(isOfPast), ...parents.flatMap((parent) => [...parent.pastOf])]),
      readsDay: time.readsDay || parents.some(({ readsDay }) => readsDay),
      readsNow: time.readsNow || parents.some(({ readsNow }) => readsNow),
    };
  };
  return inputsOf;
}

const UNKNOWN: Inputs = { tables: new Set(), pastOf: new Set(), readsDay: true, readsNow: true };
const NOTHING: Inputs = { tables: new Set(), pastOf: new Set(), readsDay: false, readsNow: false };

function ofSource(source: Manifest["sources"][string] | undefined): Inputs {
  const table = source && /(^|_)raw$/.test(source.schema ?? "") ? source.identifier : undefined;
  return table !== undefined && !table.startsWith("_") ? { tables: new Set([table]), pastOf: new Set(), readsDay: false, readsNow: false } : UNKNOWN;
}

function timeOf(node: ManifestNode, macros: NonNullable<Manifest["macros"]>): Pick<Inputs, "readsDay" | "readsNow"> {
  const time = { readsDay: false, readsNow: SLOT_STATE.test(node.raw_code) };
  const seen = new Set<string>();
  const visit = (id: string): void => {
    const macro = macros[id];
    if (seen.has(id) || !macro) return;
    seen.add(id);
    if (macro.package_name !== "martgraph" || OF_POSITIONS.has(macro.name)) return;
    if (macro.name === OF_THE_DAY) {
      time.readsDay = true;
      return;
    }
    if (SLOT_STATE.test(macro.macro_sql)) time.readsNow = true;
    for (const next of macro.depends_on.macros) visit(next);
  };
  for (const id of node.depends_on.macros) visit(id);
  return time;
}

const nameOf = (id: string) => id.split(".").at(-1);
const isSlotState = (id: string) => id.startsWith("source.") && id.endsWith(".slot_state");

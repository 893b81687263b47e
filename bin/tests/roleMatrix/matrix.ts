import { type Permission, PERMISSIONS } from "#schema/permissions.ts";
import type { Guards } from "#kit/guard.ts";
import { permissionsIn, type Rule } from "#kit/rule.ts";
import { GUEST, type Role, ROLES, type Viewer } from "#kit/viewer.ts";
import { buildStage, type Route, type Stage, USER, VENDOR, type Whose } from "./stage.ts";

const someone = (roles: readonly Role[], permissions: readonly Permission[] = []): Viewer => ({ userId: USER, roles, vendorIds: roles.includes("VENDOR") ? [VENDOR] : [], permissions });
const ALL = Object.keys(PERMISSIONS) as Permission[];

/** Who asks. `HOLDER` is a CUSTOMER in a group with the permissions that the field's rule names, `OTHERS` one with all but those. */
export const COLUMNS = ["GUEST", ...ROLES, "HOLDER", "OTHERS"] as const;

export interface Row {
  readonly field: string;
  /** For each column `Y` always, `o` where the object is one's own, `-` never. */
  readonly letters: string;
  /** Routes on which it is otherwise; there must be none. */
  readonly differs: readonly string[];
}

/** Runs every field for every kind of viewer on every route. */
export async function matrixOf(slice: string, guards: Guards, rules: ReadonlyMap<string, Rule>): Promise<Row[]> {
  const stage = buildStage(slice, guards);
  const groups = new Map<string, string[]>();
  for (const field of stage.fields) {
    const key = permissionsIn(rules.get(field) ?? "everyone").join();
    groups.set(key, [...(groups.get(key) ?? []), field]);
  }
  const letters = new Map(stage.fields.map((field) => [field, ""]));
  const differs = new Map<string, string[]>();
  const every = stage.routesTo(new Set(stage.fields));
  const take = async (viewer: Viewer, column: string, routes = every) => {
    for (const [field, found] of await verdictsOf(stage, viewer, routes)) {
      letters.set(field, (letters.get(field) ?? "") + found.letter);
      if (found.differs.length > 0) differs.set(field, [...(differs.get(field) ?? []), ...found.differs.map((route) => `${column} by ${route}`)]);
    }
  };
  await take(GUEST, "GUEST");
  for (const role of ROLES) await take(someone([role]), role);
  for (const [key, fields] of groups) {
    const named = key === "" ? [] : (key.split(",") as Permission[]);
    await take(someone(["CUSTOMER"], named), "HOLDER", stage.routesTo(new Set(fields)));
  }
  for (const [key, fields] of groups) {
    const named = new Set(key.split(","));
    await take(someone(["CUSTOMER"], ALL.filter((name) => !named.has(name))), "OTHERS", stage.routesTo(new Set(fields)));
  }
  return stage.fields.map((field) => ({ field, letters: letters.get(field) ?? "", differs: differs.get(field) ?? [] })).sort((a, b) => (a.field < b.field ? -1 : 1));
}

async function verdictsOf(stage: Stage, viewer: Viewer, routes: readonly Route[]): Promise<Map<string, { letter: string; differs: string[] }>> {
  const found = new Map<string, { own: Set<string>; strangers: Set<string>; byRoute: [string, string][] }>();
  for (const route of routes) {
    const run = async (whose: Whose) => stage.ask(route, viewer, whose);
    const isList = route.name === "batch";
    const own = await run("own");
    const strangers = route.isOfWhose ? await run("strangers") : own;
    for (const field of new Set([...own.keys(), ...strangers.keys()])) {
      const root = field.startsWith("Query.") || field.startsWith("Mutation.");
      const both = `${own.get(field) ?? ""}/${strangers.get(field) ?? ""}`;
      const known = found.get(field) ?? { own: new Set(), strangers: new Set(), byRoute: [] };
      found.set(field, known);
      // A list holds own, strangers' and own objects at once; an answer by `_entities` names whose they are.
      const text = route.name === "_entities" ? "" : isList && !root ? `${own.get(field)?.[0]}${own.get(field)?.[2]}/${own.get(field)?.[1]}` : both;
      const isEntityOfOwn = route.name === "_entities" && [...route.fields.keys()][0]?.startsWith("e_own");
      for (const letter of route.name === "_entities" ? (isEntityOfOwn ? (own.get(field) ?? "") : "") : (text.split("/")[0] ?? "")) known.own.add(letter);
      for (const letter of route.name === "_entities" ? (isEntityOfOwn ? "" : (own.get(field) ?? "")) : (text.split("/")[1] ?? "")) known.strangers.add(letter);
      known.byRoute.push([route.name, route.name === "_entities" ? (isEntityOfOwn ? `${own.get(field)}/` : `/${own.get(field)}`) : text]);
    }
  }
  return new Map([...found].map(([field, { own, strangers, byRoute }]) => {
    const letter = own.size > 1 || strangers.size > 1 ? "?" : own.has("y") ? (strangers.has("y") ? "Y" : "o") : strangers.has("y") ? "?" : "-";
    return [field, { letter, differs: letter === "?" ? byRoute.map(([name, text]) => `${name} (${text})`) : [] }];
  }));
}

/** One line for each field, as people read it. */
export function writeMatrix(slice: string, rows: readonly Row[], rules: ReadonlyMap<string, Rule>, text: (rule: Rule) => string): string {
  const width = Math.max(...rows.map((row) => row.field.length));
  const head = `${slice.padEnd(width)}  ${COLUMNS.join(" ")}  rule`;
  const lines = rows.map((row) => {
    const cells = COLUMNS.map((column, index) => (row.letters[index] ?? " ").padEnd(column.length)).join(" ");
    return `${row.field.padEnd(width)}  ${cells}  ${text(rules.get(row.field) ?? "everyone")}${row.differs.length > 0 ? `  DIFFERS: ${row.differs.join("; ")}` : ""}`;
  });
  return `${[head, ...lines].join("\n")}\n`;
}

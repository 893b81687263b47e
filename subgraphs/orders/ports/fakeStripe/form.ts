/** What a form's fields come to: text, lists and records of it. */
export type FormValue = string | readonly FormValue[] | { readonly [name: string]: FormValue };

const MOST_FIELDS = 500;
const MOST_DEPTH = 6;

/** `a[b]=1&c[]=2&c[]=3` as `{a: {b: "1"}, c: ["2", "3"]}`, the way Stripe reads it. Undefined for what is no such form. */
export function parseForm(text: string): Record<string, FormValue> | undefined {
  const root: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  let fields = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    fields += 1;
    const path = pathOf(name);
    if (fields > MOST_FIELDS || !path || !put(root, path, value)) return undefined;
  }
  return listed(root) as Record<string, FormValue>;
}

function pathOf(name: string): string[] | undefined {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  if (!match) return undefined;
  const path = [match[1] as string, ...[...(match[2] as string).matchAll(/\[([^[\]]*)\]/g)].map((part) => part[1] as string)];
  return path.length <= MOST_DEPTH ? path : undefined;
}

function put(root: Record<string, unknown>, path: readonly string[], value: string): boolean {
  let at = root;
  for (const [index, part] of path.entries()) {
    const name = part === "" ? String(Object.keys(at).length) : part;
    if (index === path.length - 1) {
      at[name] = value;
      return true;
    }
    const next = (at[name] ??= Object.create(null)) as unknown;
    if (typeof next === "string") return false;
    at = next as Record<string, unknown>;
  }
  return true;
}

/** Records whose names are 0, 1, 2 ... are lists. */
function listed(value: unknown): unknown {
  if (typeof value === "string") return value;
  const entries = Object.entries(value as Record<string, unknown>).map(([name, part]) => [name, listed(part)] as const);
  return entries.length > 0 && entries.every(([name], index) => name === String(index)) ? entries.map(([, part]) => part) : Object.fromEntries(entries);
}

export const textOf = (value: FormValue | undefined): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
export const recordOf = (value: FormValue | undefined): { readonly [name: string]: FormValue } => (typeof value === "object" && !Array.isArray(value) ? (value as { readonly [name: string]: FormValue }) : {});
export const listOf = (value: FormValue | undefined): readonly string[] => (Array.isArray(value) ? (value as readonly FormValue[]).filter((part) => typeof part === "string") : []);

/** Flat text fields, as metadata is. */
export function textRecordOf(value: FormValue | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(recordOf(value)).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

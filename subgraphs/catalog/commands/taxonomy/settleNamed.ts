import type { Tx } from "#platform/db/database.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { uuidV7 } from "#schema/values/ids.ts";
import type { NamedInput } from "../../domain/namedInput.ts";
import { makeSlug, slugCandidates } from "../../domain/slug.ts";
import { keepFormerSlug, type KnownNamed, listTakenNamedSlugs, lockKind, lockNamed } from "../../queries/writing/named.ts";

type Kind = "CATEGORY" | "BRAND" | "COLLECTION";
export type NamedRefusal<K extends Kind> =
  | { code: `${K}_NOT_FOUND`; path: readonly string[] }
  | { code: "VERSION_CONFLICT"; path: readonly string[]; expected: number; actual: number }
  | { code: "SLUG_TAKEN"; path: readonly string[]; slug: string };

export interface SettledNamed {
  readonly known: KnownNamed | undefined;
  readonly slug: string;
  readonly name: string;
}

/** Locks the kind and the thing that changes, and settles its slug: had or refused where it is given, numbered where it is made from the name. */
export async function settleNamed<K extends Kind>(tx: Tx, kind: K, input: NamedInput, at: Date): Promise<Result<SettledNamed, NamedRefusal<K>>> {
  await lockKind(tx, kind);
  const known = input.id === undefined ? undefined : await lockNamed(tx, kind, input.id);
  if (input.id !== undefined && !known) return err({ code: `${kind}_NOT_FOUND`, path: ["id"] } as NamedRefusal<K>);
  if (known && input.expectedVersion !== undefined && input.expectedVersion !== known.version) return err({ code: "VERSION_CONFLICT", path: ["expectedVersion"], expected: input.expectedVersion, actual: known.version });
  const name = input.name?.trim() ?? known?.name ?? "";
  if (known && (input.slug === undefined || input.slug === known.slug)) return ok({ known, slug: known.slug, name });
  const last = uuidV7(new Date()).slice(-12);
  const candidates = input.slug === undefined ? slugCandidates(makeSlug(name, `${kind.toLowerCase()}-${last}`), last) : [input.slug];
  const owner = await listTakenNamedSlugs(tx, kind, candidates);
  const slug = candidates.find((candidate) => (owner.get(candidate) ?? known?.id) === known?.id);
  if (slug === undefined) return err({ code: "SLUG_TAKEN", path: ["slug"], slug: input.slug ?? "" });
  if (known) await keepFormerSlug(tx, kind, { id: known.id, was: known.slug, is: slug, at });
  return ok({ known, slug, name });
}

import { uuidV7 } from "#schema/values/ids.ts";
import type { Tx } from "#platform/db/database.ts";
import type { ProductDraft } from "../../domain/productInput.ts";
import type { KnownAttribute, KnownOption } from "../../domain/productPlan.ts";
import { makeSlug } from "../../domain/slug.ts";
import { insertOptions, keepCatalogueTerms, listKnownAttributes, listKnownOptions, lockCatalogueTerms } from "../../queries/writing/knownTerms.ts";

export interface Attributes {
  of(code: string): KnownAttribute | undefined;
  option(attribute: KnownAttribute, text: string): KnownOption | undefined;
  /** Makes those of the named options that were not there. */
  write(used: ReadonlySet<string>): Promise<void>;
}

const MAX_OPTION_CODE = 80;
const codeOf = (label: string) => makeSlug(label, "").slice(0, MAX_OPTION_CODE).replace(/-+$/, "");

/** The attributes that drafts name, with the options; with `create` an option that is named and not there gets an id, and is made when it is used. */
export async function readAttributes(tx: Tx, drafts: readonly ProductDraft[], create: boolean): Promise<Attributes> {
  const values = drafts.flatMap(({ attributes = [], variants = [] }) => [
    ...attributes.flatMap(({ code, values: texts }) => texts.map((text) => [code, text.trim()] as const)),
    ...variants.flatMap(({ options = [] }) => options.map(({ attribute, option }) => [attribute, option] as const)),
  ]);
  const codes = new Set([...values.map(([code]) => code), ...drafts.flatMap(({ attributes = [] }) => attributes.map(({ code }) => code))]);
  const byCode = new Map((await listKnownAttributes(tx, [...codes])).map((attribute) => [attribute.code, attribute]));
  const asked = new Map<string, { attributeId: string; text: string }>();
  for (const [code, text] of values) {
    const attribute = byCode.get(code);
    if (attribute?.type !== "OPTION") continue;
    for (const one of create ? [text, codeOf(text)] : [text]) asked.set(keyOf(attribute.id, one), { attributeId: attribute.id, text: one });
  }
  if (asked.size > 0) await (create ? lockCatalogueTerms(tx) : keepCatalogueTerms(tx));
  const byText = new Map<string, KnownOption>();
  const takenCodes = new Set<string>();
  for (const { asked: text, ...option } of await listKnownOptions(tx, [...asked.values()])) {
    const key = keyOf(option.attributeId, text);
    // The one whose code it is comes first.
    if (!byText.has(key)) byText.set(key, option);
    takenCodes.add(keyOf(option.attributeId, option.code));
  }
  const added = new Map<string, KnownOption>();
  const addedByLabel = new Map<string, KnownOption>();
  return {
    of: (code) => byCode.get(code),
    option(attribute, text) {
      const found = byText.get(keyOf(attribute.id, text)) ?? addedByLabel.get(keyOf(attribute.id, text.toLowerCase()));
      if (found || !create || text.length > MAX_LABEL) return found;
      const id = uuidV7(new Date());
      const base = codeOf(text);
      const code = base !== "" && !takenCodes.has(keyOf(attribute.id, base)) ? base : `${base || "option"}-${id.slice(-12)}`;
      const option = { id, attributeId: attribute.id, code, label: text };
      takenCodes.add(keyOf(attribute.id, code));
      added.set(id, option);
      addedByLabel.set(keyOf(attribute.id, text.toLowerCase()), option);
      return option;
    },
    write: (used) => insertOptions(tx, [...added.values()].filter(({ id }) => used.has(id))),
  };
}

/** Longest label of an option. */
const MAX_LABEL = 200;

function keyOf(attributeId: string, text: string): string {
  return `${attributeId} ${text}`;
}

import { type DocumentNode, Kind, print, type StringValueNode, visit } from "graphql";
import type { SubgraphSdl } from "#gateway/compose.ts";
import { type Rule, ruleText } from "#kit/rule.ts";
import { readSubgraphDocument } from "#kit/sdl.ts";
import { sliceRules } from "./graphRules.ts";

/** The schemas of all slices as clients are to read them: each guarded field's description says who may have it, in the words of its rule. */
export function describedSlices(): SubgraphSdl[] {
  return sliceRules().map(({ name, rules }) => ({ name, sdl: print(describeAccess(readSubgraphDocument(name), rules)) }));
}

/** Adds what the rules say to the descriptions of fields. */
export function describeAccess(document: DocumentNode, rules: ReadonlyMap<string, Rule>): DocumentNode {
  const within = (type: string) => ({
    FieldDefinition: (field: { name: { value: string }; description?: StringValueNode }) => {
      const rule = rules.get(`${type}.${field.name.value}`);
      const text = rule === undefined ? undefined : ruleText(rule);
      if (text === undefined) return undefined;
      const before = field.description?.value.trim();
      return { ...field, description: { kind: Kind.STRING, value: before ? `${before} ${text}` : text, block: field.description?.block ?? false } };
    },
  });
  return visit(document, {
    ObjectTypeDefinition: (node) => visit(node, within(node.name.value)),
    ObjectTypeExtension: (node) => visit(node, within(node.name.value)),
  });
}

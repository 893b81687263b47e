import { type DefinitionNode, type DocumentNode, Kind, type ObjectTypeDefinitionNode, type ObjectTypeExtensionNode, type UnionTypeDefinitionNode } from "graphql";

/**
 * One document of several in which every `extend type` and `extend union` is folded into its definition, so that each area of a
 * slice writes its own fields of `Query`, `Mutation` and of a type that another area defines. A type that is only extended is
 * defined by its extensions. @throws when two areas define the same type or field.
 */
export function foldExtensions(documents: readonly DocumentNode[]): DocumentNode {
  const nodes = documents.flatMap((document) => document.definitions);
  const defined = new Map<string, DefinitionNode>();
  const rest: DefinitionNode[] = [];
  for (const node of nodes) {
    if (node.kind === Kind.OBJECT_TYPE_EXTENSION || node.kind === Kind.UNION_TYPE_EXTENSION) continue;
    if (!("name" in node) || !node.name || node.kind === Kind.DIRECTIVE_DEFINITION) rest.push(node);
    else if (defined.has(node.name.value)) throw new Error(`${node.name.value} is defined twice: let one area define it and the other extend it`);
    else defined.set(node.name.value, node);
  }
  for (const node of nodes) {
    if (node.kind === Kind.OBJECT_TYPE_EXTENSION) defined.set(node.name.value, withFields(defined.get(node.name.value), node));
    if (node.kind === Kind.UNION_TYPE_EXTENSION) {
      const base = defined.get(node.name.value);
      if (base?.kind !== Kind.UNION_TYPE_DEFINITION) throw new Error(`${node.name.value} is extended as a union but defined as none`);
      const union: UnionTypeDefinitionNode = { ...base, types: [...(base.types ?? []), ...(node.types ?? [])] };
      defined.set(node.name.value, union);
    }
  }
  return { kind: Kind.DOCUMENT, definitions: [...rest, ...defined.values()] };
}

function withFields(base: DefinitionNode | undefined, extension: ObjectTypeExtensionNode): ObjectTypeDefinitionNode {
  const name = extension.name.value;
  if (base && base.kind !== Kind.OBJECT_TYPE_DEFINITION) throw new Error(`${name} is extended as a type but defined as none`);
  const fields = [...(base?.fields ?? []), ...(extension.fields ?? [])];
  const twice = fields.find((field, index) => fields.findIndex((other) => other.name.value === field.name.value) !== index);
  if (twice) throw new Error(`${name}.${twice.name.value} is defined twice: one area owns a field`);
  return {
    ...(base ?? { kind: Kind.OBJECT_TYPE_DEFINITION, name: extension.name }),
    fields,
    directives: [...(base?.directives ?? []), ...(extension.directives ?? [])],
    interfaces: [...(base?.interfaces ?? []), ...(extension.interfaces ?? [])],
  };
}

import { Kind, parse, print } from "graphql";
import type { ConstDirectiveNode, DefinitionNode } from "graphql";

/**
 * Puts a type's resolvable keys before those marked `resolvable: false` in the supergraph. Of several keys the planner takes the
 * first one that it finds, and jumping back over one that cannot be resolved answers `null` without an error.
 */
export function preferResolvableKeys(supergraphSdl: string): string {
  const document = parse(supergraphSdl);
  let changed = false;
  const definitions = document.definitions.map((definition): DefinitionNode => {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) return definition;
    const directives = definition.directives ?? [];
    const sorted = directives.toSorted((a, b) => Number(isUnresolvable(a)) - Number(isUnresolvable(b)));
    if (sorted.every((directive, index) => directive === directives[index])) return definition;
    changed = true;
    return { ...definition, directives: sorted };
  });
  return changed ? print({ ...document, definitions }) : supergraphSdl;
}

function isUnresolvable(directive: ConstDirectiveNode): boolean {
  return directive.name.value === "join__type" && (directive.arguments ?? []).some(({ name, value }) => name.value === "resolvable" && value.kind === Kind.BOOLEAN && !value.value);
}

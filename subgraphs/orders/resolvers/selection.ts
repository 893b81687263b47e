import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from "graphql";

const known = new WeakMap<object, Map<ReadonlySet<string>, boolean>>();

/**
 * Whether a field's selection names anything beside `bare`, whatever the directives: so a statement can bring with it what will be
 * asked for, and nothing else. Looked at once per document.
 */
export function selectsMoreThan({ fieldNodes, fragments }: Pick<GraphQLResolveInfo, "fieldNodes" | "fragments">, bare: ReadonlySet<string>): boolean {
  const [first] = fieldNodes;
  if (!first) return true;
  const answers = known.get(first) ?? new Map<ReadonlySet<string>, boolean>();
  known.set(first, answers);
  const answer = answers.get(bare) ?? fieldNodes.some((node) => namesMore(node.selectionSet, fragments, bare));
  answers.set(bare, answer);
  return answer;
}

function namesMore(set: SelectionSetNode | undefined, fragments: GraphQLResolveInfo["fragments"], bare: ReadonlySet<string>): boolean {
  return (set?.selections ?? []).some((selection) => {
    if (selection.kind === Kind.FIELD) return !bare.has(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) return namesMore(selection.selectionSet, fragments, bare);
    return namesMore(fragments[selection.name.value]?.selectionSet, fragments, bare);
  });
}

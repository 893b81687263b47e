import { type DocumentNode, type GraphQLField, type GraphQLSchema, getNamedType, isInputObjectType, Kind, type SelectionSetNode } from "graphql";
import { Refusal } from "../refusal.ts";
import type { Limits } from "./limits.ts";

/** What is asked for where somebody shows that they know a secret. */
const SECRET = /^(?:password|\w+Password|code|totpCode|recoveryCode|secret|challenge|token|refreshToken)$/;

/** Codes that are names of things, and codes of carts, of which one purchase may bring several: they are counted by cart, person and shop where they are looked at. */
const NO_GUESS: ReadonlySet<string> = new Set(["warehouseUpsert", "priceListUpsert", "cartApplyCode", "cartGiftCardAdd", "cartRemoveCode"]);

/** Where a query looks a secret up; other codes in queries are names of things. */
const GUESSED_BY_QUERY: ReadonlySet<string> = new Set(["giftCard"]);

/** The fields at the root by which a secret can be guessed at, as `Mutation.login`: those that take one, in an argument or in their input. */
export function guessableFields(schema: GraphQLSchema): ReadonlySet<string> {
  const query = schema.getQueryType();
  const mutation = schema.getMutationType();
  const names = (root: typeof query, isGuess: (field: GraphQLField<unknown, unknown>) => boolean) => (root ? Object.values(root.getFields()).filter(isGuess).map((field) => `${root.name}.${field.name}`) : []);
  return new Set([...names(query, ({ name }) => GUESSED_BY_QUERY.has(name)), ...names(mutation, (field) => takesSecret(field) && !NO_GUESS.has(field.name))]);
}

function takesSecret(field: GraphQLField<unknown, unknown>): boolean {
  return field.args.some((argument) => {
    const type = getNamedType(argument.type);
    return SECRET.test(argument.name) || (isInputObjectType(type) && Object.keys(type.getFields()).some((name) => SECRET.test(name)));
  });
}

/**
 * Refuses an operation that makes more than one guess, under whatever aliases and fragments. The users subgraph counts each for itself;
 * this keeps a document from being a list of passwords. For a valid document. Throws {@link Refusal}.
 */
export function checkGuesses(document: DocumentNode, schema: GraphQLSchema, guessable: ReadonlySet<string>, limits: Pick<Limits, "guesses">): void {
  const fragments = new Map(document.definitions.flatMap((definition) => (definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition.selectionSet] as const] : [])));
  for (const operation of document.definitions) {
    if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
    const root = schema.getRootType(operation.operation)?.name ?? "";
    const guesses = new Set<string>();
    const seen = new Set<string>();
    const visit = (set: SelectionSetNode): void => {
      for (const selection of set.selections) {
        if (selection.kind === Kind.FIELD) {
          if (guessable.has(`${root}.${selection.name.value}`)) guesses.add((selection.alias ?? selection.name).value);
        } else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet);
        else if (!seen.has(selection.name.value)) {
          seen.add(selection.name.value);
          const fragment = fragments.get(selection.name.value);
          if (fragment) visit(fragment);
        }
      }
    };
    visit(operation.selectionSet);
    if (guesses.size > limits.guesses) throw new Refusal(400, "LIMIT_EXCEEDED", `The document is too large: ${guesses.size} fields that take a password, code or token, at most ${limits.guesses} allowed (limit "guesses").`);
  }
}

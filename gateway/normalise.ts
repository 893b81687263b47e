import { isEnumType, isNonNullType, isScalarType, Kind, parseType, TypeInfo, visit, visitWithTypeInfo } from "graphql";
import type { DocumentNode, GraphQLInputType, GraphQLSchema, TypeNode, ValueNode, VariableDefinitionNode } from "graphql";

export interface Normalised {
  document: DocumentNode;
  /** Values of the variables that stand for what were literals. */
  literals: Readonly<Record<string, unknown>>;
}

const PREFIX = "_literal";

/**
 * Puts variables in the place of a valid document's literal arguments, so that `product(id: "1")` and `product(id: "2")` share one
 * plan and one compiled fetch. A guest who writes a new literal into each request would otherwise have every one of them planned.
 * The same value of the same type becomes the same variable: two fields that merge go on merging.
 */
export function hoistLiterals(schema: GraphQLSchema, document: DocumentNode): Normalised {
  const taken = document.definitions.some((definition) => definition.kind === Kind.OPERATION_DEFINITION && definition.variableDefinitions?.some(({ variable }) => variable.name.value.startsWith(PREFIX)));
  if (taken) return { document, literals: {} };
  const literals: Record<string, unknown> = {};
  const definitions = new Map<string, VariableDefinitionNode>();
  const types = new TypeInfo(schema);
  let inDirective = 0;

  const hoisted = visit(document, visitWithTypeInfo(types, {
    // A literal of @skip and @include decides what is planned.
    Directive: { enter() { inDirective += 1; }, leave() { inDirective -= 1; } },
    VariableDefinition: () => false,
    Argument(node) {
      const type = types.getInputType();
      if (inDirective > 0 || !type) return undefined;
      const value = literalOf(node.value, type);
      if (value === undefined) return undefined;
      const key = `${String(type)} ${JSON.stringify(value)}`;
      let definition = definitions.get(key);
      if (!definition) {
        const name = `${PREFIX}${definitions.size}`;
        definition = { kind: Kind.VARIABLE_DEFINITION, variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } }, type: typeNode(type) };
        definitions.set(key, definition);
        literals[name] = value;
      }
      return { ...node, value: definition.variable };
    },
  })) as DocumentNode;
  if (definitions.size === 0) return { document, literals };
  return {
    literals,
    document: {
      ...hoisted,
      definitions: hoisted.definitions.map((definition) =>
        definition.kind === Kind.OPERATION_DEFINITION ? { ...definition, variableDefinitions: [...(definition.variableDefinitions ?? []), ...definitions.values()] } : definition),
    },
  };
}

/**
 * The value of a literal as a client would send it in the variables, or undefined for one that is left where it is: objects, lists,
 * null, and numbers of custom scalars, which a JSON number might not hold exactly.
 */
function literalOf(node: ValueNode, type: GraphQLInputType): unknown {
  const bare = isNonNullType(type) ? type.ofType : type;
  if (isEnumType(bare)) return node.kind === Kind.ENUM ? node.value : undefined;
  if (!isScalarType(bare)) return undefined;
  switch (node.kind) {
    case Kind.STRING:
      return node.value;
    case Kind.BOOLEAN:
      return node.value;
    case Kind.INT:
      // An ID written as a number is its digits.
      return bare.name === "ID" ? node.value : bare.name === "Int" || bare.name === "Float" ? Number(node.value) : undefined;
    case Kind.FLOAT:
      return bare.name === "Float" && Number.isFinite(Number(node.value)) ? Number(node.value) : undefined;
    default:
      return undefined;
  }
}

const typeNode = (type: GraphQLInputType): TypeNode => parseType(String(type), { noLocation: true });

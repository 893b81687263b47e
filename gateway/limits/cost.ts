import { getNamedType, getNullableType, isCompositeType, isIntrospectionType, isListType, isObjectType, isInterfaceType, Kind } from "graphql";
import type { FieldNode, FragmentDefinitionNode, GraphQLCompositeType, GraphQLField, GraphQLSchema, OperationDefinitionNode, SelectionSetNode, ValueNode } from "graphql";

/**
 * An estimate of how many fields an operation's answer holds: one per field, lists multiplied by their `first` (a connection's
 * `first` counts for its `nodes` and `edges`), lists without one by {@link LIST_SIZE}. An upper bound for bounded lists, since
 * every connection clamps `first`. The shape is taken once per document; only the sizes that hang on variables are left open.
 */
export type CostEstimate = (variables: Readonly<Record<string, unknown>>) => number;

/** Entries assumed in a list that takes no size: the lines of an order, the variants of a product. */
export const LIST_SIZE = 10;
/** Entries assumed where a connection's size is neither given nor defaulted. */
const PAGE_SIZE = 20;
const SIZE_ARGUMENTS = ["first", "last", "limit"] as const;

/**
 * What is known of lists that take no size, and of fields whose entries are cheaper than most: a metric's group is one row, not
 * a visit to a subgraph.
 */
const KNOWN: Readonly<Record<string, { size?: number; weight?: number }>> = {
  "Vendor.members": { size: 10 },
  "Query.pipelineAssets": { size: 15, weight: 0.25 },
  "PipelineAsset.after": { size: 3 },
  "Query.permissions": { size: 60, weight: 0.25 },
  "Query.roles": { size: 6, weight: 0.25 },
  "RoleRights.permissions": { size: 30, weight: 0.25 },
  "PermissionGroup.permissions": { size: 10, weight: 0.25 },
  "User.permissionGroups": { size: 3 },
  "MetricNode.dimensions": { size: 2 },
  "MetricNode.values": { size: 4 },
  "UserAnalytics.money": { size: 2, weight: 0.25 },
  "CategoryAnalytics.revenue": { size: 2, weight: 0.25 },
  "VendorAnalytics.money": { size: 2, weight: 0.25 },
  "MetricResult.nodes": { weight: 0.25 },
  "DataQuality.summary": { size: 10, weight: 0.25 },
  "DataQuality.checks": { size: 300, weight: 0.05 },
  "DataQuality.anomalies": { size: 10, weight: 0.25 },
  "DataQuality.freshness": { size: 60, weight: 0.1 },
  "BuildVerdict.failed": { size: 10, weight: 0.25 },
  "BuildVerdict.anomalies": { size: 10, weight: 0.25 },
  "Query.cohorts": { size: 36, weight: 0.25 },
  "Cohort.activity": { size: 36 },
  "RfmSegment.money": { size: 2, weight: 0.25 },
  "LtvReport.cohorts": { size: 48, weight: 0.25 },
  "LtvCohort.months": { size: 36 },
  "FunnelReport.steps": { size: 7, weight: 0.25 },
  "ChannelReport.channels": { size: 11, weight: 0.25 },
  "ChannelFigures.credit": { size: 2, weight: 0.25 },
  "ProductFacets.categories": { size: 50, weight: 0.25 },
  "ProductFacets.brands": { size: 50, weight: 0.25 },
  "ProductFacets.attributes": { size: 20, weight: 0.25 },
  "AttributeFacet.values": { size: 10, weight: 0.25 },
  "AttributeFacet.ranges": { size: 7, weight: 0.25 },
  "Suggestions.queries": { size: 20, weight: 0.25 },
  "Suggestions.products": { size: 20 },
  "Suggestions.categories": { size: 20, weight: 0.25 },
  "Suggestions.brands": { size: 20, weight: 0.25 },
  "ProductFacets.vendors": { size: 50, weight: 0.25 },
  "ProductFacets.prices": { size: 20, weight: 0.25 },
  "ProductFacets.ratings": { size: 4, weight: 0.25 },
  "ProductFacets.availability": { size: 2, weight: 0.25 },
  "Product.categories": { size: 5 },
  "Product.breadcrumbs": { size: 5 },
  "Product.collections": { size: 5 },
  "Product.attributes": { size: 20, weight: 0.25 },
  "ProductVariant.options": { size: 3, weight: 0.5 },
  "Category.breadcrumbs": { size: 5 },
  "VariantBulkUpsertSuccess.variants": { size: 100 },
  "VariantBulkUpsertSuccess.errors": { size: 100, weight: 0.25 },
  "VariantsRejected.errors": { size: 100, weight: 0.25 },
  "RatingSummary.distribution": { size: 5, weight: 0.25 },
  "ProductVariant.prices": { size: 4 },
  "User.wishlists": { size: 20 },
  "Query.sqlTables": { size: 60, weight: 0.25 },
  "SqlTable.columns": { size: 20, weight: 0.25 },
  "SqlRows.columns": { size: 20, weight: 0.25 },
  "PipelineRun.steps": { size: 20 },
};

type Size = number | { variable: string; fallback: number };
interface Part { size: Size; weight: number; fixed: number; parts: Part[] }

export function compileCost(schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): CostEstimate {
  const root = schema.getRootType(operation.operation);
  if (!root) return () => 0;
  const defaults = new Map<string, number>();
  for (const definition of operation.variableDefinitions ?? []) {
    if (definition.defaultValue?.kind === Kind.INT) defaults.set(definition.variable.name.value, Number(definition.defaultValue.value));
  }
  const introspection = introspectionSizes(schema);

  const measure = (set: SelectionSetNode, type: GraphQLCompositeType, page: Size | undefined, size: Size, weight: number): Part => {
    const part: Part = { size, weight, fixed: 0, parts: [] };
    const add = (selections: SelectionSetNode, parent: GraphQLCompositeType): void => {
      for (const selection of selections.selections) {
        if (selection.kind === Kind.FIELD) addField(part, selection, parent, page);
        else {
          const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
          if (!fragment) continue;
          const condition = fragment.typeCondition ? schema.getType(fragment.typeCondition.name.value) : parent;
          add(fragment.selectionSet, isCompositeType(condition) ? condition : parent);
        }
      }
    };
    add(set, type);
    return part;
  };

  const addField = (part: Part, node: FieldNode, parent: GraphQLCompositeType, page: Size | undefined): void => {
    part.fixed += 1;
    const name = node.name.value;
    const meta = name === "__schema" ? schema.getType("__Schema") : name === "__type" ? schema.getType("__Type") : undefined;
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    const type = meta ?? (field && getNamedType(field.type));
    if (!node.selectionSet || !isCompositeType(type)) return;
    const own = field ? sizeOf(field, node, defaults) : undefined;
    const known = KNOWN[`${parent.name}.${name}`];
    let size: Size = 1;
    if (field && isListType(getNullableType(field.type))) {
      if (isIntrospectionType(getNamedType(parent))) size = introspection[name] ?? LIST_SIZE;
      else size = (name === "nodes" || name === "edges" ? page : undefined) ?? own ?? known?.size ?? LIST_SIZE;
    }
    const below = measure(node.selectionSet, type, own, size, known?.weight ?? 1);
    if (below.parts.length === 0 && typeof below.size === "number") part.fixed += below.size * below.weight * below.fixed;
    else part.parts.push(below);
  };

  const whole = measure(operation.selectionSet, root, undefined, 1, 1);
  return (variables) => evaluate(whole, variables);
}

function evaluate(part: Part, variables: Readonly<Record<string, unknown>>): number {
  let total = part.fixed;
  for (const below of part.parts) total += evaluate(below, variables);
  if (typeof part.size === "number") return part.size * part.weight * total;
  const given = variables[part.size.variable];
  return Math.max(0, typeof given === "number" ? given : part.size.fallback) * part.weight * total;
}

function sizeOf(field: GraphQLField<unknown, unknown>, node: FieldNode, defaults: ReadonlyMap<string, number>): Size | undefined {
  for (const argument of field.args) {
    if (!(SIZE_ARGUMENTS as readonly string[]).includes(argument.name)) continue;
    const fallback = typeof argument.defaultValue === "number" ? argument.defaultValue : PAGE_SIZE;
    const value: ValueNode | undefined = node.arguments?.find(({ name }) => name.value === argument.name)?.value;
    if (value?.kind === Kind.INT) return Math.max(0, Number(value.value));
    if (value?.kind === Kind.VARIABLE) return { variable: value.name.value, fallback: defaults.get(value.name.value) ?? fallback };
    if (argument.name === "first" || argument.name === "limit" || value) return fallback;
  }
  return undefined;
}

/** Mean list sizes of the schema itself, so that asking for the schema is charged for what it holds. */
function introspectionSizes(schema: GraphQLSchema): Record<string, number> {
  const types = Object.values(schema.getTypeMap());
  const withFields = types.filter((type) => isObjectType(type) || isInterfaceType(type));
  const fields = withFields.reduce((sum, type) => sum + Object.keys(type.getFields()).length, 0);
  const mean = Math.max(1, Math.ceil(fields / Math.max(1, types.length)));
  return { types: types.length, fields: mean, args: 1, enumValues: 2, inputFields: 2, interfaces: 1, possibleTypes: 1, directives: schema.getDirectives().length };
}

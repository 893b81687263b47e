import { buildSubgraphSchema } from "@apollo/subgraph";
import { type DocumentNode, execute, type ExecutionResult, getNamedType, type GraphQLObjectType, type GraphQLSchema, isInterfaceType, isIntrospectionType, isLeafType, isObjectType, isUnionType, parse, visit } from "graphql";
import { allow, type Guards, guardSchema } from "#kit/guard.ts";
import { readSubgraphDocument } from "#kit/sdl.ts";
import type { Viewer } from "#kit/viewer.ts";
import { encodeId, type IdPrefix } from "#schema/values/ids.ts";

/** Whose the objects are that a rule is asked about. */
export type Whose = "own" | "strangers";

const uuid = (kind: number, whose: Whose) => `0190000${kind}-0000-7000-8000-00000000000${whose === "own" ? 1 : 2}`;
export const USER = uuid(1, "own");
export const VENDOR = uuid(2, "own");
const THING = 4;
/** Slices that know people and products by the ids of the graph. */
const BY_API_ID: ReadonlySet<string> = new Set(["predictions", "analytics"]);
const PREFIX: Readonly<Record<string, IdPrefix>> = { User: "usr", Vendor: "ven", Product: "prd" };

/** An object as a rule may look at it: as the slices' stubs and rows name whose it is. */
function parentOf(slice: string, typename: string, whose: Whose): object {
  const own = typename === "User" ? uuid(1, whose) : typename === "Vendor" ? uuid(2, whose) : uuid(THING, whose);
  const prefix = PREFIX[typename];
  return { __typename: typename, id: BY_API_ID.has(slice) && prefix ? encodeId(prefix, own) : own, userId: uuid(1, whose), vendorId: uuid(2, whose), productId: uuid(THING, whose), authorId: uuid(1, whose), ownerId: uuid(1, whose) };
}

/** What loaders find: whose it is shows in the id. */
const loaders = new Proxy({}, {
  get: () => ({ load: async (id: string) => ({ id, userId: uuid(1, id.endsWith("1") ? "own" : "strangers"), vendorId: uuid(2, id.endsWith("1") ? "own" : "strangers") }) }),
});

interface StageContext { viewer: Viewer; whose: Whose; loaders: unknown; reached: Set<string> }

/** A way to a field: a document that asks for all fields of the slice on it, and where in the answer each one stands. */
export interface Route {
  readonly name: string;
  readonly document: DocumentNode;
  /** Whether whose the objects are is said by who asks; otherwise the document says it, or it does not matter. */
  readonly isOfWhose: boolean;
  /** Answer's path of a field, without places in lists -> `Type.field`. */
  readonly fields: ReadonlyMap<string, string>;
}

export interface Stage {
  readonly slice: string;
  /** `Type.field` of every field that a rule stands for. */
  readonly fields: readonly string[];
  /** All ways to the given fields. */
  routesTo(fields: ReadonlySet<string>): Route[];
  /** Which of the fields on the route the viewer is let through to, of the objects that are theirs or not; of a list, of each object. */
  ask(route: Route, viewer: Viewer, whose: Whose): Promise<Map<string, string>>;
}

const PROTOCOL = new Set(["_Service", "_Entity"]);
const isStaged = (type: GraphQLObjectType) => !isIntrospectionType(type) && !PROTOCOL.has(type.name);
const isRoot = (type: string) => type === "Query" || type === "Mutation";

/**
 * A slice's schema with its real guards, and behind them resolvers that only note that they were reached. Nothing has to be given and
 * everything may be null, so that one refusal hides no other. Every type is reached by fields that are there for the test alone.
 */
export function buildStage(slice: string, guards: Guards): Stage {
  const relaxed = visit(readSubgraphDocument(slice), { NonNullType: { leave: (node) => node.type } });
  const plain = buildSubgraphSchema([{ typeDefs: relaxed }]);
  const types = Object.values(plain.getTypeMap()).filter((type) => isObjectType(type)).filter(isStaged);
  const inner = types.filter((type) => !isRoot(type.name));
  const abstracts = Object.values(plain.getTypeMap()).filter((type) => (isInterfaceType(type) || isUnionType(type)) && !PROTOCOL.has(type.name)).filter((type) => isInterfaceType(type) || isUnionType(type));
  const ways = abstracts.flatMap((abstract) => plain.getPossibleTypes(abstract).map((type) => ({ field: `as_${abstract.name}_${type.name}`, abstract: abstract.name, type })));
  const probes = [...inner.flatMap((type) => [`one_${type.name}: ${type.name}`, `list_${type.name}: [${type.name}]`]), ...ways.map((way) => `${way.field}: ${way.abstract}`)];
  const typeDefs = { ...relaxed, definitions: [...relaxed.definitions, ...parse(`extend type Query { ${probes.join(" ")} }`).definitions] };

  const note = (_parent: unknown, _args: unknown, context: StageContext, info: { path: Parameters<typeof textOf>[0] }) => {
    context.reached.add(textOf(info.path));
    return null;
  };
  const resolvers: Record<string, Record<string, unknown>> = {};
  for (const type of types) {
    resolvers[type.name] = Object.fromEntries(Object.keys(type.getFields()).filter((field) => !field.startsWith("_")).map((field) => [field, note]));
    if (!isRoot(type.name)) Object.assign(resolvers[type.name] as object, { __resolveReference: (reference: { whose?: Whose }, context: StageContext) => parentOf(slice, type.name, reference.whose ?? context.whose) });
  }
  const query = (resolvers["Query"] ??= {});
  for (const { name } of inner) {
    query[`one_${name}`] = (_root: unknown, _args: unknown, { whose }: StageContext) => parentOf(slice, name, whose);
    query[`list_${name}`] = () => (["own", "strangers", "own"] as const).map((whose) => parentOf(slice, name, whose));
  }
  for (const way of ways) query[way.field] = (_root: unknown, _args: unknown, { whose }: StageContext) => parentOf(slice, way.type.name, whose);
  const bare = buildSubgraphSchema([{ typeDefs, resolvers: resolvers as never }]);
  const open = Object.fromEntries(probes.map((probe) => [probe.slice(0, probe.indexOf(":")), allow]));
  const schema = guardSchema(slice, bare, { ...guards, Query: { ...fieldGuards(guards["Query"], plain.getQueryType()), ...open } });
  const fields = types.flatMap((type) => allFieldsOf(type).map((field) => `${type.name}.${field}`));
  return { slice, fields, routesTo: (wanted) => routesOf(plain, types, ways, wanted), ask: (route, viewer, whose) => ask(schema, route, { viewer, whose, loaders, reached: new Set() }) };
}

function fieldGuards(given: Guards[string] | undefined, type: GraphQLObjectType | null | undefined): Guards[string] {
  if (given === undefined) return {};
  return "check" in given ? Object.fromEntries(Object.keys(type?.getFields() ?? {}).map((field) => [field, given])) as never : given;
}

function allFieldsOf(type: GraphQLObjectType): string[] {
  return Object.keys(type.getFields()).filter((field) => !field.startsWith("_"));
}

function selection(type: GraphQLObjectType, field: string, alias = ""): string {
  return `${alias}${field}${isLeafType(getNamedType(type.getFields()[field]?.type)) ? "" : " { __typename }"}`;
}

function routesOf(schema: GraphQLSchema, types: readonly GraphQLObjectType[], ways: readonly { field: string; abstract: string; type: GraphQLObjectType }[], wanted: ReadonlySet<string>): Route[] {
  const fieldsOf = (type: GraphQLObjectType) => allFieldsOf(type).filter((field) => wanted.has(`${type.name}.${field}`));
  const asked = types.filter((type) => fieldsOf(type).length > 0);
  const inner = asked.filter((type) => !isRoot(type.name));
  const roots = asked.filter((type) => isRoot(type.name));
  const all = (type: GraphQLObjectType, alias?: (field: string) => string) => fieldsOf(type).map((field) => selection(type, field, alias ? `${alias(field)}: ` : "")).join(" ");
  const of = (name: string, kind: "query" | "mutation", source: string, fields: [string, string][], isOfWhose = false): Route => ({ name, document: parse(`${kind} ${source}`), fields: new Map(fields), isOfWhose });
  const paths = (type: GraphQLObjectType, at: string, alias = (field: string) => field): [string, string][] => fieldsOf(type).map((field) => [`${at}${alias(field)}`, `${type.name}.${field}`]);
  const routes: Route[] = [];
  for (const root of roots) {
    const kind = root.name === "Query" ? "query" : "mutation";
    routes.push(of("root", kind, `{ ${all(root)} }`, paths(root, "")));
    routes.push(of("alias", kind, `{ ${all(root, (field) => `a_${field}`)} }`, paths(root, "", (field) => `a_${field}`)));
    routes.push(of("fragment", kind, `{ ...F } fragment F on ${root.name} { ... on ${root.name} { ${all(root)} } }`, paths(root, "")));
    routes.push(of("batch", kind, `{ ${all(root, (field) => `a_${field}`)} ${all(root, (field) => `b_${field}`)} }`, [...paths(root, "", (field) => `a_${field}`), ...paths(root, "", (field) => `b_${field}`)]));
  }
  if (inner.length === 0) return routes;
  routes.push(of("root", "query", `{ ${inner.map((type) => `one_${type.name} { ${all(type)} }`).join(" ")} }`, inner.flatMap((type) => paths(type, `one_${type.name}.`)), true));
  routes.push(of("alias", "query", `{ ${inner.map((type) => `x${type.name}: one_${type.name} { ${all(type, (field) => `y${field}`)} }`).join(" ")} }`, inner.flatMap((type) => paths(type, `x${type.name}.`, (field) => `y${field}`)), true));
  routes.push(of("fragment", "query", `{ ${inner.map((type) => `one_${type.name} { ...F_${type.name} }`).join(" ")} } ${inner.map((type) => `fragment F_${type.name} on ${type.name} { ... { ${all(type)} } }`).join(" ")}`, inner.flatMap((type) => paths(type, `one_${type.name}.`)), true));
  routes.push(of("batch", "query", `{ ${inner.map((type) => `list_${type.name} { ${all(type)} }`).join(" ")} }`, inner.flatMap((type) => paths(type, `list_${type.name}.`))));
  const abstract = ways.filter((way) => fieldsOf(way.type).length > 0).map(({ field, abstract: name, type }) => {
    const face = schema.getType(name);
    const shared = isInterfaceType(face) ? Object.keys(face.getFields()).filter((one) => wanted.has(`${type.name}.${one}`)) : [];
    const direct = shared.map((one) => selection(type, one, `i_${one}: `)).join(" ");
    const directPaths = shared.map((one): [string, string] => [`${field}.i_${one}`, `${type.name}.${one}`]);
    return { source: `${field} { ${direct} ... on ${type.name} { ${all(type)} } }`, paths: [...paths(type, `${field}.`), ...directPaths] };
  });
  if (abstract.length > 0) routes.push(of("interface", "query", `{ ${abstract.map((one) => one.source).join(" ")} }`, abstract.flatMap((one) => one.paths), true));
  const entity = schema.getType("_Entity");
  const entities = isUnionType(entity) ? entity.getTypes().filter((type) => fieldsOf(type).length > 0) : [];
  for (const whose of ["own", "strangers"] as const) {
    if (entities.length === 0) break;
    const representations = entities.map((type) => `{ __typename: "${type.name}", id: "x", whose: "${whose}" }`).join(" ");
    routes.push(of(`_entities`, "query", `{ e_${whose}: _entities(representations: [${representations}]) { ${entities.map((type) => `... on ${type.name} { ${fieldsOf(type).map((field) => selection(type, field, `${type.name}_${field}: `)).join(" ")} }`).join(" ")} } }`, entities.flatMap((type) => paths(type, `e_${whose}.`, (field) => `${type.name}_${field}`))));
  }
  return routes;
}

type Path = { readonly prev: Path | undefined; readonly key: string | number } | undefined;

function textOf(path: Path): string {
  const keys: (string | number)[] = [];
  for (let at = path; at; at = at.prev) keys.unshift(at.key);
  return keys.join(".");
}

/** "y" where the resolver was reached, "n" where it was not and the answer says why; for a list one letter for each object. */
async function ask(schema: GraphQLSchema, route: Route, context: StageContext): Promise<Map<string, string>> {
  const { errors = [] } = (await execute({ schema, document: route.document, contextValue: context })) as ExecutionResult;
  const verdicts = new Map<string, Map<string, string>>();
  const add = (full: string, letter: "y" | "n") => {
    const field = route.fields.get(full.split(".").filter((key) => !/^\d+$/.test(key)).join("."));
    if (field === undefined) return;
    const known = verdicts.get(field) ?? new Map<string, string>();
    verdicts.set(field, known);
    if (known.has(full) && known.get(full) !== letter) throw new Error(`${full} was refused and reached`);
    known.set(full, letter);
  };
  for (const path of context.reached) add(path, "y");
  for (const error of errors) {
    const code = error.extensions["code"];
    if (code !== "FORBIDDEN" && code !== "UNAUTHENTICATED") throw new Error(`${context.viewer.roles.join()} on ${route.name}: ${error.path?.join(".")}: ${error.message}`, { cause: error.originalError ?? error });
    if ((code === "UNAUTHENTICATED") !== (context.viewer.userId === null)) throw new Error(`${error.path?.join(".")} is refused as ${code}`);
    add((error.path ?? []).join("."), "n");
  }
  return new Map([...verdicts].map(([field, known]) => [field, [...known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, letter]) => letter).join("")]));
}

import { type GraphQLField, type GraphQLObjectType, type GraphQLSchema, isIntrospectionType, isObjectType } from "graphql";
import { applyMiddleware } from "graphql-middleware";
import { allow as shieldAllow, deny as shieldDeny, type IRules, rule, shield } from "graphql-shield";
import { forbidden, unauthenticated } from "./errors.ts";
import { decide, type Rule } from "./rule.ts";
import type { Permission, Viewer } from "./viewer.ts";

/** What every context holds for the guards to judge by. */
export interface GuardContext {
  readonly viewer: Viewer;
}
type Check = (viewer: Viewer, parent: never, args: never, context: never) => boolean | Promise<boolean>;

/** Who may have a field. Made by the functions of this module alone. */
export interface Guard {
  readonly name: string;
  /** Undefined for `allow`: such a field runs as if there were no guards. */
  readonly check: Check | undefined;
  /** The same as data; see rule.ts. */
  readonly rule: Rule;
}

/** A guard for every field of every object type; a guard in the place of the fields holds for all fields of the type. */
export type Guards = Readonly<Record<string, Guard | Readonly<Record<string, Guard>>>>;

function pure(name: string, rule: Rule): Guard {
  return { name, rule, check: (viewer) => decide(rule, viewer) === true };
}

/** Anyone, guests too. */
export const allow: Guard = { name: "allow", check: undefined, rule: "everyone" };

/** Nobody. */
export const deny: Guard = { name: "deny", check: () => false, rule: "nobody" };

/** Anyone with an account. */
export const authenticated: Guard = pure("authenticated", "account");

/** Who holds the permission (schema/permissions.ts), by a role or by a group. */
export function permission(name: Permission): Guard {
  return pure(`permission ${name}`, { permission: name });
}

/** A rule of the slice's own. It is asked for every object anew: a verdict about one is no verdict about the next. */
export function when<Parent = unknown, Args = unknown, Context = unknown>(
  name: string,
  check: (viewer: Viewer, parent: Parent, args: Args, context: Context) => boolean | Promise<boolean>,
): Guard {
  return { name, check: check as unknown as Check, rule: { own: name } };
}

/** Where at least one guard agrees. @throws without any: an empty list would be a decision nobody took. */
export function anyOf(...guards: readonly Guard[]): Guard {
  assertSome(guards, "anyOf");
  if (guards.some((guard) => !guard.check)) return allow;
  return {
    name: guards.map((guard) => guard.name).join(" or "),
    rule: { any: guards.map((guard) => guard.rule) },
    async check(viewer, parent, args, context) {
      for (const guard of guards) if (await guard.check?.(viewer, parent, args, context)) return true;
      return false;
    },
  };
}

/** Where every guard agrees. @throws without any: an empty list would allow everybody. */
export function allOf(...guards: readonly Guard[]): Guard {
  assertSome(guards, "allOf");
  const checks = guards.filter((guard) => guard.check);
  if (checks.length === 0) return allow;
  return {
    name: checks.map((guard) => (typeof guard.rule !== "string" && "any" in guard.rule ? `(${guard.name})` : guard.name)).join(" and "),
    rule: { all: checks.map((guard) => guard.rule) },
    async check(viewer, parent, args, context) {
      for (const guard of checks) if (!(await guard.check?.(viewer, parent, args, context))) return false;
      return true;
    },
  };
}

function assertSome(guards: readonly Guard[], where: string): void {
  if (guards.length === 0) throw new Error(`${where}() needs at least one guard`);
}

const RULE = "martgraphRule";

/** The rule that a field of a guarded schema stands behind. */
export function ruleOf(field: Pick<GraphQLField<unknown, unknown>, "extensions"> | undefined): Rule | undefined {
  return field?.extensions[RULE] as Rule | undefined;
}

/** Fields of the federation protocol: whoever reaches the subgraph has shown a signed hop; the entities' own fields are guarded. */
const PROTOCOL: Readonly<Record<string, readonly string[]>> = { Query: ["_service", "_entities"], _Service: ["sdl"] };

/**
 * The schema with every field behind its guard, also where it is reached by `_entities`.
 * @throws when a field has no guard, or a guard stands for a field that does not exist: both are mistakes that must not boot.
 */
export function guardSchema(name: string, schema: GraphQLSchema, guards: Guards): GraphQLSchema {
  const table = tableOf(name, schema, guards);
  const rules = new Map<Guard, ReturnType<ReturnType<typeof rule>>>();
  const tree: Record<string, Record<string, unknown>> = {};
  for (const [typeName, fields] of table) {
    tree[typeName] = {};
    for (const [fieldName, guard] of fields) {
      if (guard.check && !rules.has(guard)) rules.set(guard, compile(`${guard.name} #${rules.size}`, guard.check));
      tree[typeName][fieldName] = rules.get(guard) ?? shieldAllow;
    }
  }
  const guarded = applyMiddleware(schema, shield(tree as IRules, {
    fallbackRule: shieldDeny,
    // Without this a resolver's own error, an outage too, would look like a refusal.
    allowExternalErrors: true,
    fallbackError: forbidden(),
  })) as GraphQLSchema;
  for (const [typeName, fields] of table) {
    const type = guarded.getType(typeName) as GraphQLObjectType;
    for (const [fieldName, guard] of fields) {
      const field = type.getFields()[fieldName];
      if (field) field.extensions = { ...field.extensions, [RULE]: guard.rule };
    }
  }
  // graphql-shield wraps `allow` too, in three promises per field; a field for anyone gets its own resolver back.
  for (const [typeName, fields] of table) {
    const open = guarded.getType(typeName) as GraphQLObjectType;
    const original = schema.getType(typeName) as GraphQLObjectType;
    for (const [fieldName, guard] of fields) {
      const resolve = original.getFields()[fieldName]?.resolve;
      const field = open.getFields()[fieldName];
      if (!guard.check && field) field.resolve = resolve;
    }
  }
  return guarded;
}

function compile(name: string, check: Check): ReturnType<ReturnType<typeof rule>> {
  return rule(name, { cache: "no_cache" })(async (parent: unknown, args: unknown, context: GuardContext) => {
    const { viewer } = context;
    try {
      if (await check(viewer, parent as never, args as never, context as never)) return true;
    } catch (error) {
      // A check that fails denies, and the failure is told as what it is.
      return error instanceof Error ? error : new Error(String(error));
    }
    return viewer.userId === null ? unauthenticated() : forbidden();
  });
}

function tableOf(name: string, schema: GraphQLSchema, guards: Guards): Map<string, Map<string, Guard>> {
  const table = new Map<string, Map<string, Guard>>();
  const missing: string[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    const given = guards[type.name];
    const fields = new Map<string, Guard>();
    for (const field of Object.keys(type.getFields())) {
      const guard = PROTOCOL[type.name]?.includes(field) ? allow : isGuard(given) ? given : given?.[field];
      if (guard) fields.set(field, guard);
      else missing.push(`${type.name}.${field}`);
    }
    table.set(type.name, fields);
  }
  if (missing.length > 0) throw new Error(`subgraph ${name}: no guard for ${missing.join(", ")}: name who may have it in guards.ts`);
  const unknown = Object.entries(guards).flatMap(([type, given]) =>
    !table.has(type) ? [type] : isGuard(given) ? [] : Object.keys(given).filter((field) => !table.get(type)?.has(field)).map((field) => `${type}.${field}`));
  if (unknown.length > 0) throw new Error(`subgraph ${name}: guards.ts names ${unknown.join(", ")}, which the schema does not have`);
  return table;
}

function isGuard(given: Guards[string] | undefined): given is Guard {
  return given !== undefined && typeof (given as Guard).name === "string" && "check" in given;
}

/** The rule of every field, `Type.field -> rule`. */
export function listRules(name: string, schema: GraphQLSchema, guards: Guards): Map<string, Rule> {
  return new Map([...tableOf(name, schema, guards)].flatMap(([type, fields]) => [...fields].map(([field, guard]) => [`${type}.${field}`, guard.rule] as const)));
}

/** The guard's name for every field, `Type.field -> name`: the role matrix of tests and documentation reads it. */
export function describeGuards(name: string, schema: GraphQLSchema, guards: Guards): Record<string, string> {
  const entries = [...tableOf(name, schema, guards)].flatMap(([type, fields]) => [...fields].map(([field, guard]) => [`${type}.${field}`, guard.name] as const));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

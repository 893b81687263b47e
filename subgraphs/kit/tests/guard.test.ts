import { buildSchema, graphql, GraphQLError, type GraphQLObjectType } from "graphql";
import { describe, expect, test } from "vitest";
import { allOf, allow, anyOf, authenticated, deny, describeGuards, type Guard, type Guards, guardSchema, permission, when } from "../guard.ts";
import { GUEST, type Viewer } from "../viewer.ts";

const SDL = "type Query { open: String secret: String things: [Thing!]! } type Thing { id: ID! owner: ID! note: String }";
const ada: Viewer = { userId: "ada", roles: ["VENDOR"], vendorIds: [] };
const admin: Viewer = { userId: "root", roles: ["ADMIN"], vendorIds: [] };
const root = { open: "open", secret: "secret", things: ["ada", "bob", "ada"].map((owner, id) => ({ id, owner, note: `of ${owner}` })) };

async function ask(viewer: Viewer, source: string, guards: Guards) {
  const schema = guardSchema("test", buildSchema(SDL), guards);
  const { data, errors } = await graphql({ schema, source, rootValue: root, contextValue: { viewer } });
  return { data: data as Record<string, unknown> | null, codes: errors?.map((error) => error.extensions["code"] ?? error.message) };
}
const withSecret = (secret: Guard): Guards => ({ Query: { open: allow, secret, things: allow }, Thing: allow });

describe("a guard", () => {
  test.each([
    ["allow", allow, ["secret", "secret", "secret"]],
    ["deny", deny, ["UNAUTHENTICATED", "FORBIDDEN", "FORBIDDEN"]],
    ["authenticated", authenticated, ["UNAUTHENTICATED", "secret", "secret"]],
    ["permission", permission("users.read"), ["UNAUTHENTICATED", "FORBIDDEN", "secret"]],
    ["anyOf", anyOf(deny, permission("users.write")), ["UNAUTHENTICATED", "FORBIDDEN", "secret"]],
    ["allOf", allOf(authenticated, permission("catalog.writeOwn")), ["UNAUTHENTICATED", "secret", "FORBIDDEN"]],
  ] as const)("%s lets through whom it says and tells the others why not", async (_name, guard, expected) => {
    const answers = await Promise.all([GUEST, ada, admin].map((viewer) => ask(viewer, "{ secret }", withSecret(guard))));
    expect(answers.map(({ data, codes }) => codes?.[0] ?? data?.["secret"])).toEqual(expected);
  });

  test("is asked for every object anew: one's verdict is no other's", async () => {
    const own = when<{ owner: string }>("the owner", (viewer, thing) => viewer.userId === thing.owner);
    const { data, codes } = await ask(ada, "{ things { note } }", { Query: allow, Thing: { id: allow, owner: allow, note: own } });
    expect(data).toEqual({ things: [{ note: "of ada" }, { note: null }, { note: "of ada" }] });
    expect(codes).toEqual(["FORBIDDEN"]);
  });

  test("that fails denies, and the failure is told as what it is", async () => {
    const broken = when("broken", () => { throw new GraphQLError("the database is away"); });
    expect(await ask(admin, "{ secret }", withSecret(broken))).toEqual({ data: { secret: null }, codes: ["the database is away"] });
    expect((await ask(admin, "{ secret }", withSecret(anyOf(broken, allow)))).data).toEqual({ secret: "secret" });
    expect((await ask(admin, "{ secret }", withSecret(anyOf(broken, deny)))).data).toEqual({ secret: null });
  });

  test("costs nothing where everybody may have the field", () => {
    const bare = buildSchema(SDL);
    const schema = guardSchema("test", bare, { Query: { open: allow, secret: deny, things: allow }, Thing: allow });
    const fields = (schema.getType("Query") as GraphQLObjectType).getFields();
    expect(fields["open"]?.resolve).toBeUndefined();
    expect(fields["secret"]?.resolve).toBeTypeOf("function");
  });
});

describe("boot fails", () => {
  const boot = (guards: Guards) => () => guardSchema("test", buildSchema(SDL), guards);
  test("for a field without a guard", () => expect(boot({ Query: { open: allow, secret: deny }, Thing: allow })).toThrow("subgraph test: no guard for Query.things: name who may have it in guards.ts"));
  test("for a type without guards", () => expect(boot({ Query: allow })).toThrow("no guard for Thing.id, Thing.owner, Thing.note"));
  test("for a guard of a field that is not there", () => expect(boot({ Query: allow, Thing: { id: allow, owner: allow, note: allow, nte: deny } })).toThrow("guards.ts names Thing.nte"));
  test("for an empty list of guards", () => {
    expect(() => anyOf()).toThrow("anyOf() needs at least one guard");
    expect(() => allOf()).toThrow("allOf() needs at least one guard");
  });
});

test("the table of guards can be read", () => {
  expect(describeGuards("test", buildSchema(SDL), withSecret(anyOf(authenticated, permission("users.read"))))).toMatchObject({ "Query.open": "allow", "Query.secret": "authenticated or permission users.read" });
});

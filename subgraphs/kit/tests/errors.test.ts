import { buildSchema, graphql, GraphQLError } from "graphql";
import { expect, test } from "vitest";
import { DatabaseUnavailable } from "#platform/db/errors.ts";
import { badUserInput, forbidden, maskError } from "../errors.ts";

const schema = buildSchema("type Query { answer(n: Int): String! }");
const SECRET = "duplicate key in users.users, host /var/run/postgres, password=hunter2";

async function masked(resolve: () => unknown, source = "{ answer }") {
  const logged: { fields: Record<string, unknown>; message: string }[] = [];
  const { errors } = await graphql({ schema, source, rootValue: { answer: resolve } });
  const error = maskError(errors?.[0], "req-1", { error: (fields, message) => logged.push({ fields: fields as Record<string, unknown>, message }) });
  return { error, logged };
}

test("what was written for the caller passes, with its place", async () => {
  const { error, logged } = await masked(() => { throw badUserInput("Too many.", ["first"]); });
  expect(error).toMatchObject({ message: "Too many.", path: ["answer"], extensions: { code: "BAD_USER_INPUT", argumentPath: ["first"] } });
  expect(logged).toEqual([]);
  expect((await masked(() => forbidden())).error.extensions).toEqual({ code: "FORBIDDEN" });
});

test.each([
  ["a thrown error", () => { throw new Error(SECRET); }],
  ["a thrown text", () => { throw SECRET; }],
  ["an error with a code of its own", () => { throw new GraphQLError(SECRET, { extensions: { code: "23505", detail: SECRET } }); }],
  ["an error without code", () => { throw new GraphQLError(SECRET); }],
  ["null where none may be", () => null],
])("%s is masked: an incident id outside, everything inside", async (_name, resolve) => {
  const { error, logged } = await masked(resolve);
  const { incidentId } = error.extensions as { incidentId: string };
  expect(error).toMatchObject({ message: `Something went wrong on our side. Incident ${incidentId}.`, path: ["answer"], extensions: { code: "INTERNAL" } });
  expect(JSON.stringify(error)).not.toMatch(/hunter2|users\.users|postgres|non-nullable|23505/);
  expect(logged).toMatchObject([{ fields: { incidentId, requestId: "req-1", path: "answer" } }]);
});

test("an outage is called an outage", async () => {
  for (const cause of [new DatabaseUnavailable(SECRET), Object.assign(new Error(SECRET), { code: "ECONNREFUSED" }), Object.assign(new Error(SECRET), { code: "57014" })]) {
    const { error } = await masked(() => { throw cause; });
    expect(error.extensions).toMatchObject({ code: "UNAVAILABLE", incidentId: expect.any(String) });
    expect(error.message).not.toContain("hunter2");
  }
});

test("what graphql itself says about the request passes", async () => {
  expect((await masked(() => "x", "{ answr }")).error).toMatchObject({ message: expect.stringContaining("answr"), extensions: { code: "BAD_USER_INPUT" } });
});

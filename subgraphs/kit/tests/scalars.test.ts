import { buildASTSchema, graphql, type GraphQLObjectType, type GraphQLScalarType, parse } from "graphql";
import { expect, test } from "vitest";
import { scalarsFor } from "../scalars.ts";

const NAMES = ["DateTime", "Date", "BigInt", "Decimal", "CurrencyCode", "CountryCode", "UUID", "JSON"];
const scalars = scalarsFor(new Set(NAMES));
const scalar = (name: string) => scalars[name] as GraphQLScalarType;

test.each([
  ["DateTime", "2011-12-09T12:50:00Z", new Date("2011-12-09T12:50:00Z"), "2011-12-09T12:50:00.000Z"],
  ["DateTime", "2011-12-09T13:50:00.5+01:00", new Date("2011-12-09T12:50:00.5Z"), "2011-12-09T12:50:00.500Z"],
  ["Date", "2012-02-29", "2012-02-29", "2012-02-29"],
  ["BigInt", "-9223372036854775808", -(2n ** 63n), "-9223372036854775808"],
  ["Decimal", "-12.500", "-12.500", "-12.500"],
  ["CurrencyCode", "GBP", "GBP", "GBP"],
  ["CountryCode", "GB", "GB", "GB"],
  ["UUID", "0190F5C2-6F0E-7C3A-9D53-0D1F6F6B2A11", "0190f5c2-6f0e-7c3a-9d53-0d1f6f6b2a11", "0190f5c2-6f0e-7c3a-9d53-0d1f6f6b2a11"],
])("%s takes %j", (name, text, value, written) => {
  expect(scalar(name).parseValue(text)).toEqual(value);
  expect(scalar(name).serialize(value)).toBe(written);
});

test.each([
  ["DateTime", "2011-02-31T00:00:00Z"], ["DateTime", "2011-12-09"], ["DateTime", "yesterday"], ["DateTime", 1], ["Date", "2011-02-30"], ["Date", "2011-2-3"], ["Date", "infinity"],
  ["BigInt", "9223372036854775808"], ["BigInt", 42], ["BigInt", "1.0"], ["BigInt", "0x10"], ["Decimal", 1.5], ["Decimal", "1e3"], ["Decimal", "1."], ["Decimal", "1".repeat(16)], ["Decimal", "0.1234567"],
  ["CurrencyCode", "gbp"], ["CurrencyCode", "GBP'"], ["CountryCode", "GBR"], ["UUID", "0190f5c2"], ["UUID", null],
])("%s refuses %j", (name, value) => expect(() => scalar(name).parseValue(value)).toThrow(expect.objectContaining({ message: expect.stringMatching(/ must be /), extensions: { code: "BAD_USER_INPUT" } })));

test("a wrong literal and a wrong variable are told to the caller", async () => {
  const schema = buildASTSchema(parse("scalar Date type Query { echo(day: Date): Date }"));
  Object.assign(schema.getType("Date") as GraphQLScalarType, { parseValue: scalar("Date").parseValue, parseLiteral: scalar("Date").parseLiteral });
  Object.assign((schema.getQueryType() as GraphQLObjectType).getFields()["echo"] as object, { resolve: (_root: unknown, { day }: { day: string }) => day });
  const wrong = [await graphql({ schema, source: '{ echo(day: "2011-02-30") }' }), await graphql({ schema, source: "query ($d: Date) { echo(day: $d) }", variableValues: { d: 5 } })];
  for (const { errors } of wrong) expect(errors?.[0]?.message).toContain("Date must be a day of the calendar");
  expect((await graphql({ schema, source: '{ echo(day: "2012-02-29") }' })).data).toEqual({ echo: "2012-02-29" });
});

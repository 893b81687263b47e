import { describe, expect, test } from "vitest";
import { z } from "zod";
import { eventDocument, undescribedFields } from "../document.ts";
import { defineEvent } from "../event.ts";
import { amount, list, nullable, text, uuid } from "../fields.ts";
import { contractBreaches, EVENTS } from "../registry.ts";

describe.each(EVENTS.map((event) => [event.type, event] as const))("%s", (_type, event) => {
  test("is named in the past tense, stands once in the registry and is described down to each field", () => {
    expect(event.type).toMatch(/^([A-Z][a-z0-9]+){2,}$/);
    expect(EVENTS.filter((other) => other.type === event.type && other.version === event.version)).toHaveLength(1);
    expect(event.version).toBeGreaterThanOrEqual(1);
    expect(event.aggregate).toMatch(/^[a-z][a-z_]*$/);
    expect(event.description).toMatch(/^[A-Z].{10,}\.$/);
    expect(undescribedFields(event)).toEqual([]);
  });
});

const sample = defineEvent({
  type: "ThingBroken", version: 2, aggregate: "thing", description: "A thing broke.",
  payload: z.object({ thingId: uuid("The thing.", "prd"), cost: nullable(amount("What it cost.")), parts: list(z.object({ name: text("Its name.") }), "What it was made of.") }),
});

test("the document shows types, null, nested fields and the prefix at the API", () => {
  const shown = eventDocument([sample]);
  expect(shown).toContain("### ThingBroken, version 2\n\nA thing broke.");
  expect(shown).toContain("| `thingId` | UUID (`prd`) | The thing. |");
  expect(shown).toContain("| `cost` | decimal text, may be null | What it cost. |");
  expect(shown).toContain("| `parts[].name` | string | Its name. |");
});

test("a field without a description is found, nested too", () => {
  expect(undescribedFields({ ...sample, payload: z.object({ a: z.string(), b: list(z.object({ c: z.int() }), "B.") }) })).toEqual(["a", "b.c"]);
});

test("an event that breaks its contract is told apart by what it breaks", () => {
  const id = "0190000a-0000-7000-8000-000000000001";
  const good = { type: "UserRegistered", version: 1, aggregate: "user", payload: { userId: id, countryCode: null } };
  expect(contractBreaches(good)).toEqual([]);
  expect(contractBreaches({ ...good, type: "UserVanished" })).toEqual([expect.stringContaining("UserVanished is not described")]);
  expect(contractBreaches({ ...good, version: 2 })).toEqual([expect.stringContaining("version 2")]);
  expect(contractBreaches({ ...good, aggregate: "order" })).toEqual([expect.stringContaining('"order"')]);
  expect(contractBreaches({ ...good, payload: { ...good.payload, shoeSize: 44 } })).toEqual([expect.stringContaining("shoeSize")]);
  expect(contractBreaches({ ...good, payload: { userId: 1, countryCode: null } })).toEqual([expect.stringContaining("userId")]);
});

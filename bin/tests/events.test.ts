import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventType } from "#schema/events/registry.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const SOURCES = globSync("{platform,subgraphs,gateway,bin,shopdata}/**/*.ts", { cwd: ROOT }).filter((file) => !/(^|\/)(tests|testing)\/|\.test\.ts$/.test(file));
const MIGRATIONS = globSync("schema/sql/shop/*.sql", { cwd: ROOT });

/** Names in the past tense as they stand where events are written. */
const NAME = "([A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+)";

/** The types that a text writes: `tellOfOrder(tx, id, "X", ...)`, `{ type: "X", ... }` beside `writeEvents`, `'X'` in an insert into the outbox. */
function typesWritten(text: string): string[] {
  const found = [...text.matchAll(new RegExp(`tellOfOrder\\((?:[^"'()]|\\([^()]*\\))*["']${NAME}["']`, "g"))];
  // The contracts' own definitions, GraphQL's __typename and the like do not stand beside a call that writes.
  if (/\bwriteEvents\(/.test(text)) found.push(...text.matchAll(new RegExp(`(?<![_\\w])type: ["']${NAME}["']`, "g")));
  if (/insert into platform\.outbox/.test(text)) found.push(...text.matchAll(new RegExp(`["']${NAME}["']`, "g")));
  return [...new Set(found.map(([, type]) => type as string))];
}

test("every type of event that the sources write is described in schema/events", () => {
  const undescribed: string[] = [];
  const seen = new Set<string>();
  for (const file of [...SOURCES, ...MIGRATIONS]) {
    for (const type of typesWritten(readFileSync(join(ROOT, file), "utf8"))) {
      seen.add(type);
      if (!eventType(type)) undescribed.push(`${file} writes ${type}: define it in schema/events/<area>.ts and list it in registry.ts`);
    }
  }
  expect(undescribed).toEqual([]);
  // The search itself: these are written in the three ways there are.
  expect([...seen]).toEqual(expect.arrayContaining(["OrderPlaced", "OrderCancelled", "UserRegistered"]));
});

test("the search finds what is written in each way", () => {
  expect(typesWritten('await tellOfOrder(tx, order.id, "ThingBroken", {})')).toEqual(["ThingBroken"]);
  expect(typesWritten('await tellOfOrder(tx, idOf(order), "ThingBroken", {})')).toEqual(["ThingBroken"]);
  expect(typesWritten('await writeEvents(tx, [{ aggregate: "thing", type: "ThingBroken" }])')).toEqual(["ThingBroken"]);
  expect(typesWritten("insert into platform.outbox (a) values ('thing', 'ThingBroken')")).toEqual(["ThingBroken"]);
  expect(typesWritten('return { type: "ThingBroken" }')).toEqual([]);
});

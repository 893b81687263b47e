import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { allow, type Guards } from "#kit/guard.ts";
import { type Rule, ruleText } from "#kit/rule.ts";
import { GUARDS, sliceRules } from "../access/graphRules.ts";
import { matrixOf, type Row, writeMatrix } from "./roleMatrix/matrix.ts";

// Who gets through to which field, found out by asking: every field, by every kind of viewer, on every route (the root, an alias, a
// fragment, an interface or union, a list of one's own and strangers' objects, `_entities`), with the guards that the slices run with.
const textOf = (rule: Rule) => ruleText(rule) ?? "Everyone.";

describe.each(sliceRules())("who may have which field of $name", ({ name, schema, rules }) => {
  const guards = GUARDS[name] as Guards;
  let rows: Row[] = [];

  test("stands as it was reviewed, and is the same on every route", async () => {
    rows = await matrixOf(name, guards, rules);
    expect(rows.flatMap((row) => row.differs.map((differs) => `${row.field}: ${differs}`))).toEqual([]);
    expect(rows.filter((row) => row.letters.length !== 9)).toEqual([]);
    await expect(writeMatrix(name, rows, rules, textOf)).toMatchFileSnapshot(join("roleMatrix", `${name}.golden.txt`));
  }, 60_000);

  // Each field is asked for on its own way, behind no other guard: so the row of a field where no guard stands at all is its row
  // where only its own is taken away, and one run shows all of them.
  test("would not stand with any one rule taken away", async () => {
    const none = Object.fromEntries(Object.values(schema.getTypeMap()).filter((type) => "getFields" in type && rules.has(`${type.name}.${Object.keys(type.getFields())[0]}`)).map((type) => [type.name, allow]));
    const without = new Map((await matrixOf(name, { ...none, ...extraTypes(guards, none) }, rules)).map((row) => [row.field, row.letters]));
    const ruled = rows.filter((row) => rules.get(row.field) !== "everyone");
    const survivors = ruled.filter((row) => without.get(row.field) === row.letters).map((row) => row.field);
    process.stdout.write(`${name}: ${ruled.length - survivors.length} of ${ruled.length} removed rules are noticed\n`);
    expect(survivors).toEqual([]);
  }, 60_000);
});

/** Guards of types that only stand in one of the two maps would not boot. */
function extraTypes(guards: Guards, none: Guards): Guards {
  return Object.fromEntries(Object.keys(guards).filter((type) => !(type in none)).map((type) => [type, allow]));
}

import { expect, test } from "vitest";
import { withoutValue } from "../federation.ts";

test.each([
  ['Variable "$input" got invalid value { email: "a@b.test", password: "hunter2; or not" }; Field "displayName" of required type "String!" was not provided.', 'Variable "$input" is wrong: Field "displayName" of required type "String!" was not provided.'],
  ['Variable "$input" got invalid value "many" at "input.lines[0].quantity"; Int cannot represent non-integer value: "many"', 'Variable "$input" is wrong at "input.lines[0].quantity": Int cannot represent non-integer value: "many"'],
  ['Variable "$id" of required type "ID!" was not provided.', 'Variable "$id" of required type "ID!" was not provided.'],
])("%s", (given, wanted) => {
  expect(withoutValue(given)).toBe(wanted);
});

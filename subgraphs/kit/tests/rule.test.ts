import { describe, expect, test } from "vitest";
import { allOf, allow, anyOf, authenticated, deny, permission, when } from "../guard.ts";
import { decide, isPure, needsPermission, permissionsIn, type Rule, ruleText } from "../rule.ts";
import { GUEST, type Viewer } from "../viewer.ts";

const ada: Viewer = { userId: "ada", roles: ["CUSTOMER"], vendorIds: [] };
const sam: Viewer = { userId: "sam", roles: ["SUPPORT"], vendorIds: [] };
const inGroup: Viewer = { userId: "gil", roles: ["CUSTOMER"], vendorIds: [], permissions: ["orders.read"] };
const own = when("the buyer", () => true);
const read = permission("orders.read");

describe("a rule", () => {
  test.each<[string, Rule, (boolean | undefined)[], boolean, string | undefined]>([
    ["everyone", allow.rule, [true, true, true, true], true, undefined],
    ["nobody", deny.rule, [false, false, false, false], true, "Nobody may have it."],
    ["account", authenticated.rule, [false, true, true, true], true, "Needs a login."],
    ["permission", read.rule, [false, false, true, true], true, "Needs permission `orders.read` (SUPPORT, ADMIN)."],
    ["own", own.rule, [undefined, undefined, undefined, undefined], false, "Only for the buyer."],
    ["own or permission", anyOf(own, read).rule, [undefined, undefined, true, true], false, "Only for the buyer; others need permission `orders.read` (SUPPORT, ADMIN)."],
    ["own and permission", allOf(own, read).rule, [false, false, undefined, undefined], false, "Needs permission `orders.read` (SUPPORT, ADMIN) as the buyer."],
    ["two permissions", anyOf(read, permission("audit.read")).rule, [false, false, true, true], true, "Needs permission `orders.read` (SUPPORT, ADMIN) or permission `audit.read` (ADMIN)."],
    ["both permissions", allOf(read, permission("audit.read")).rule, [false, false, false, false], true, "Needs permission `orders.read` (SUPPORT, ADMIN) and permission `audit.read` (ADMIN)."],
  ])("%s", (_name, rule, verdicts, pure, text) => {
    expect([GUEST, ada, sam, inGroup].map((viewer) => decide(rule, viewer))).toEqual(verdicts);
    expect(isPure(rule)).toBe(pure);
    expect(ruleText(rule)).toBe(text);
  });

  test("names the permissions without which nobody passes", () => {
    expect([allow, authenticated, own, anyOf(own, read)].map((guard) => needsPermission(guard.rule))).toEqual([false, false, false, false]);
    expect([read, anyOf(read, permission("audit.read")), allOf(own, read)].map((guard) => needsPermission(guard.rule))).toEqual([true, true, true]);
    expect(permissionsIn(anyOf(own, allOf(read, own), read).rule)).toEqual(["orders.read"]);
  });
});

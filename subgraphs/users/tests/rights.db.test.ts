import { expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import type { Viewer } from "#kit/viewer.ts";
import { readSessionEndings } from "../queries/sessionEndings.ts";
import { useUsersSlice } from "./sessionSlice.ts";

// What a person may do, on its way into their tokens.
const { slice, now, viewerOf, register, refresh } = useUsersSlice();
const root = (): Viewer => ({ ...person(SMALL_SHOP.root, "ADMIN"), authenticatedAt: now().getTime() / 1000 });
const as = async (source: string, variables: Record<string, unknown>) => (await slice.graph.as(root()).run(source, variables)).data["answer"];

test("a change of groups or roles voids the tokens from before; the session's next one has the new rights, and nobody else's does", async () => {
  const [pair, other] = [await register("rights@example.test"), await register("bystander@example.test")];
  const before = await viewerOf(pair);
  const { group } = await as('mutation { answer: permissionGroupUpsert(input: { name: "Analysts of quality", permissions: ["quality.read", "metrics.list"] }) { ... on PermissionGroupUpsertSuccess { group { id } } } }', {});
  const member = { groupId: group.id, userId: pair["user"].id };
  await as("mutation ($member: PermissionGroupMemberInput!) { answer: permissionGroupAssign(input: $member) { __typename } }", { member });
  expect((await readSessionEndings(slice.db, undefined)).voided.map(({ userId }) => userId)).toEqual([before.userId]);
  const renewed = await refresh(pair["refreshToken"]);
  expect(await viewerOf(renewed)).toMatchObject({ userId: before.userId, roles: ["CUSTOMER"], sessionId: before.sessionId, permissions: ["metrics.list", "quality.read"] });
  expect((await viewerOf(await refresh(other["refreshToken"]))).permissions).toBeUndefined();

  await as("mutation ($input: UserRolesSetInput!) { answer: userRolesSet(input: $input) { __typename } }", { input: { userId: member.userId, roles: ["SUPPORT"] } });
  await as("mutation ($member: PermissionGroupMemberInput!) { answer: permissionGroupRemove(input: $member) { __typename } }", { member });
  const last = await viewerOf(await refresh(renewed["refreshToken"]));
  expect(last).toMatchObject({ userId: before.userId, roles: ["SUPPORT"] });
  expect(last.permissions).toBeUndefined();
});

import { type DocumentNode, getNamedType, type GraphQLSchema, isUnionType, Kind } from "graphql";
import { expect } from "vitest";
import { type Permission, type PermissionEntry, PERMISSIONS } from "#schema/permissions.ts";
import type { Database } from "#platform/db/database.ts";
import { ruleOf } from "../guard.ts";
import { needsPermission, permissionsIn } from "../rule.ts";
import { can, type Viewer } from "../viewer.ts";

/** Privileged mutations that were let through in this file and came to a good end, with the requests they came in. */
const done = new Map<string, string[]>();

/** Not one's own: by a permission that is not about the vendors one sells for. */
function isForAll(permission: Permission): boolean {
  const { within }: PermissionEntry = PERMISSIONS[permission];
  return within === undefined;
}

/** Looks through what a test has run for acts that the audit log has to know. */
export function noteActs(schema: GraphQLSchema, document: DocumentNode, viewer: Viewer, requestId: string, data: unknown): void {
  const fields = schema.getMutationType()?.getFields() ?? {};
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION || definition.operation !== "mutation") continue;
    for (const selection of definition.selectionSet.selections) {
      if (selection.kind !== Kind.FIELD) continue;
      const [name, field] = [selection.name.value, fields[selection.name.value]];
      const rule = ruleOf(field);
      if (!field || !rule || !needsPermission(rule)) continue;
      const type = getNamedType(field.type);
      const answer = (data as Record<string, { __typename?: string } | null> | null | undefined)?.[selection.alias?.value ?? name];
      const isDone = isUnionType(type) ? answer?.__typename?.endsWith("Success") === true : answer != null;
      if (isDone && permissionsIn(rule).some((permission) => isForAll(permission) && can(viewer, permission))) done.set(name, [...(done.get(name) ?? []), requestId]);
    }
  }
}

/** What no person does, and so nobody has to answer for: the provider's own messages are kept whole where they come in. */
const NOT_PEOPLES: ReadonlySet<string> = new Set(["paymentWebhookReceive", "paymentChallengeAnswer", "dataExportOpen"]);

/** Fails when an act by a privilege succeeded in this file and left no line in the audit log. */
export async function assertActsAudited(owner: Database): Promise<void> {
  const { rows } = await owner.raw<{ action: string; request_id: string | null }>("select action, request_id from platform.audit_log");
  const lines = new Set(rows.map((row) => `${row.action} ${row.request_id}`));
  const silent = [...done].filter(([action, requests]) => !NOT_PEOPLES.has(action) && !requests.some((request) => lines.has(`${action} ${request}`)));
  expect(silent.map(([action]) => action), "privileged mutations that succeeded without a line in platform.audit_log").toEqual([]);
}

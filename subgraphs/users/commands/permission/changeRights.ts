import { audit, type AuditedAct } from "#kit/audit.ts";
import type { RequestInfo } from "#kit/subgraph.ts";
import type { Tx } from "#platform/db/database.ts";
import type { UsersParts } from "../../context.ts";

/** What commands about rights work with. */
export type Commanded = Pick<UsersParts, "db" | "clocks"> & Pick<RequestInfo, "viewer" | "requestId">;

/** Notes a change of what people may do, in its transaction. */
export function auditRights(tx: Tx, { viewer, requestId }: Commanded, act: Pick<AuditedAct, "action" | "targetKind" | "targetId" | "details">): Promise<void> {
  return audit(tx, { actor: viewer, requestId, ...act });
}

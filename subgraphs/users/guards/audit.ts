import { type Guards, permission } from "#kit/guard.ts";

const auditors = permission("audit.read");

export const auditGuards: Guards = {
  Query: { auditLog: auditors },
  AuditEvent: auditors,
  AuditEventConnection: auditors,
  AuditEventEdge: auditors,
};

import { allow, authenticated, type Guards, permission, when } from "#kit/guard.ts";
import type { GraphUser } from "../resolvers/account.ts";

const themselves = when<GraphUser>("the person", (viewer, user) => user.isSelf === true || user.id === viewer.userId);
const gateway = permission("privacy.handOut");

export const privacyGuards: Guards = {
  // Whom one may not erase is not found (commands/userErase.ts).
  Mutation: { dataExportRequest: authenticated, userErase: authenticated, dataExportOpen: gateway },
  User: { dataExports: themselves },
  DataExport: authenticated,
  DataExportFile: gateway,
  DataExportRequestSuccess: authenticated,
  TooManyExports: allow,
  UserEraseSuccess: authenticated,
  ErasureMustWait: allow,
  ErasureObstacle: allow,
};

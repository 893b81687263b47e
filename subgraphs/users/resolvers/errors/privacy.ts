import { encodeId, type IdPrefix } from "#schema/values/ids.ts";
import type { Renderers } from "#kit/userError.ts";
import type { DataExportRefusal } from "../../commands/dataExportRequest.ts";
import type { UserEraseRefusal } from "../../commands/userErase.ts";
import { EXPORT_POLICY } from "../../domain/dataExport.ts";
import type { ObstacleKind } from "../../queries/erasures.ts";
import { stepUpRequired } from "./mfa.ts";
import { userRolesErrors } from "./permission.ts";

const PREFIX: Readonly<Record<ObstacleKind, IdPrefix>> = { ORDER: "ord", PURCHASE: "chk", RETURN: "ret" };

export const dataExportErrors: Renderers<DataExportRefusal> = {
  STEP_UP_REQUIRED: stepUpRequired,
  TOO_MANY_EXPORTS: ({ retryAfterSeconds }) => ({
    message: `You have asked for ${EXPORT_POLICY.perDay} copies within a day: ask again in ${Math.ceil(retryAfterSeconds / 3600)} hours.`, fields: { retryAfterSeconds },
  }),
};

export const userEraseErrors: Renderers<UserEraseRefusal> = {
  STEP_UP_REQUIRED: stepUpRequired,
  PERMISSION_NOT_HELD: userRolesErrors.PERMISSION_NOT_HELD,
  USER_NOT_FOUND: () => ({ message: "There is no such person.", path: ["input", "id"] }),
  LAST_ADMIN: () => ({ message: "Nobody else can run the shop: make another person ADMIN first.", path: ["input", "id"] }),
  ERASURE_MUST_WAIT: ({ obstacles }) => ({
    message: `The shop still has to know who this is: ${obstacles.length} ${obstacles.length === 1 ? "thing is" : "things are"} not over. Cancel them, or wait until they are.`, path: ["input", "id"],
    fields: { obstacles: obstacles.map(({ kind, id }) => ({ kind, id: encodeId(PREFIX[kind], id) })) },
  }),
  INVALID_IDEMPOTENCY_KEY: () => ({ message: "The idempotency key must be 1 to 200 printable ASCII characters without spaces.", path: ["input", "idempotencyKey"] }),
  IDEMPOTENCY_CONFLICT: () => ({ message: "This idempotency key belongs to another call: take a new one.", path: ["input", "idempotencyKey"] }),
  REQUEST_IN_PROGRESS: ({ retryAfterSeconds }) => ({ message: `This call is still running: repeat it in ${retryAfterSeconds} seconds.`, path: ["input", "idempotencyKey"], fields: { retryAfterSeconds } }),
};

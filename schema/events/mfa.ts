import { z } from "zod";
import { defineEvent } from "./event.ts";
import { uuid } from "./fields.ts";

const payload = z.object({ userId: uuid("The account.", "usr") });

export const mfaEnabled = defineEvent({ type: "MfaEnabled", version: 1, aggregate: "user", description: "Somebody turned the second factor of their account on.", payload });
export const mfaDisabled = defineEvent({ type: "MfaDisabled", version: 1, aggregate: "user", description: "Somebody turned the second factor of their account off.", payload });
export const recoveryCodesRenewed = defineEvent({ type: "RecoveryCodesRenewed", version: 1, aggregate: "user", description: "Somebody got new recovery codes; the earlier ones are void.", payload });
export const recoveryCodeUsed = defineEvent({ type: "RecoveryCodeUsed", version: 1, aggregate: "user", description: "A recovery code was taken in the place of a code of the authenticator app.", payload });

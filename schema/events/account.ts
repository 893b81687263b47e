import { z } from "zod";
import { defineEvent } from "./event.ts";
import { uuid } from "./fields.ts";

/** Mails about accounts. What is written, and where to, is found by the request: no address and no token travels in an event. */
const requestId = uuid("What was asked for; the mail is written from it.");

export const emailVerificationWanted = defineEvent({
  type: "EmailVerificationWanted",
  version: 1,
  aggregate: "user",
  description: "Somebody opened an account, or asked again for the mail that proves its address.",
  payload: z.object({ requestId, userId: uuid("The account.", "usr") }),
});

export const passwordResetWanted = defineEvent({
  type: "PasswordResetWanted",
  version: 1,
  aggregate: "password_reset",
  description: "Somebody asked to choose a new password for an address, whether or not an account has it.",
  payload: z.object({ requestId }),
});

export const emailChangeWanted = defineEvent({
  type: "EmailChangeWanted",
  version: 1,
  aggregate: "user",
  description: "Somebody wants another e-mail address: the mail to the new one that proves it.",
  payload: z.object({ requestId, userId: uuid("The account.", "usr") }),
});

export const emailChangeNoticeWanted = defineEvent({
  type: "EmailChangeNoticeWanted",
  version: 1,
  aggregate: "user",
  description: "Somebody wants another e-mail address: the notice to the old one.",
  payload: z.object({ requestId, userId: uuid("The account.", "usr") }),
});

export const passwordChanged = defineEvent({
  type: "PasswordChanged",
  version: 1,
  aggregate: "user",
  description: "Somebody has a new password: the notice to their address.",
  payload: z.object({ requestId, userId: uuid("The account.", "usr") }),
});

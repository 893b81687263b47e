import { z } from "zod";
import { defineEvent } from "./event.ts";
import { country, nullable, uuid } from "./fields.ts";

export const userRegistered = defineEvent({
  type: "UserRegistered",
  version: 1,
  aggregate: "user",
  description: "Somebody opened an account.",
  payload: z.object({
    userId: uuid("The account.", "usr"),
    countryCode: nullable(country("The country given at registration; null when none was.")),
  }),
});

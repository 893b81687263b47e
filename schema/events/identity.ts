import { z } from "zod";
import { defineEvent } from "./event.ts";
import { text, uuid } from "./fields.ts";

const payload = z.object({ userId: uuid("The account.", "usr"), provider: text("The provider's name in this shop.") });

export const identityLinked = defineEvent({ type: "IdentityLinked", version: 1, aggregate: "user", description: "Somebody linked an identity of a provider to their account: one more way in.", payload });
export const identityUnlinked = defineEvent({ type: "IdentityUnlinked", version: 1, aggregate: "user", description: "Somebody took an identity of a provider from their account.", payload });

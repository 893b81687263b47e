import { z } from "zod";
import { defineEvent } from "./event.ts";
import { uuid } from "./fields.ts";

export const dataExportReady = defineEvent({
  type: "DataExportReady",
  version: 1,
  aggregate: "user",
  description: "A copy of a person's data can be fetched; a mail with a link is wanted.",
  payload: z.object({
    userId: uuid("The person.", "usr"),
    exportId: uuid("The copy.", "dex"),
  }),
});

export const userErased = defineEvent({
  type: "UserErased",
  version: 1,
  aggregate: "user",
  description: "A person was erased: whoever keeps something under this id has to forget it. The id means nobody from now on, and this event itself goes within the hour.",
  payload: z.object({
    userId: uuid("Who it was.", "usr"),
  }),
});

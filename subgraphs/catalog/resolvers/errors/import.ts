import type { Renderers } from "#kit/userError.ts";
import type { ExportStartRefusal } from "../../commands/import/exportStart.ts";
import type { ImportCancelRefusal } from "../../commands/import/importCancel.ts";
import type { ImportStartRefusal, JobScopeRefusal } from "../../commands/import/importStart.ts";
import type { ImportInputRefusal } from "../../commands/import/importUploadStart.ts";
import { mappingSentence, type MappingProblem } from "#platform/tabular/mapping/readYaml.ts";
import { encodeId } from "#schema/values/ids.ts";
import { keyErrors } from "./inventory.ts";

export const importInputErrors: Renderers<ImportInputRefusal> = { INVALID_VALUE: ({ message, path }) => ({ message, path }) };

const scopeErrors: Renderers<JobScopeRefusal> = {
  ...importInputErrors,
  TOO_MANY_IMPORTS: ({ limit }) => ({ message: `${limit} of your imports and exports wait or run already: let one come to its end, or cancel it.`, path: ["input"], fields: { limit } }),
};

export const importStartErrors: Renderers<ImportStartRefusal> = {
  ...keyErrors, ...scopeErrors,
  INVALID_MAPPING: ({ problems }) => ({ message: `The mapping cannot be read: ${mappingSentence(problems[0] as MappingProblem)}.`, path: ["input", "mapping"], fields: { problems } }),
  IMPORT_FILE_NOT_FOUND: ({ fileId }) => ({ message: `There is no such file of yours${fileId === "" ? "" : ` as ${encodeId("imp", fileId)}`}: upload it by \`importUploadStart\`.`, path: ["input", "fileIds"] }),
};

export const exportStartErrors: Renderers<ExportStartRefusal> = { ...keyErrors, ...scopeErrors };

export const importCancelErrors: Renderers<ImportCancelRefusal> = {
  IMPORT_NOT_FOUND: () => ({ message: "There is no such import or export of yours.", path: ["input", "id"] }),
  IMPORT_OVER: ({ state }) => ({ message: "It is over already: there is nothing left to stop.", path: ["input", "id"], fields: { state } }),
};

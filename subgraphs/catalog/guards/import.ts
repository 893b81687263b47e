import { allow, anyOf, type Guards, permission } from "#kit/guard.ts";

const importers = anyOf(permission("catalog.import"), permission("catalog.writeOwn"));

/** Whose job it is is looked at where jobs are read: another's is not there. Who holds a job may have its fields. */
export const importGuards: Guards = {
  Query: { importJob: importers, importJobs: importers, importPresets: importers },
  Mutation: { importUploadStart: importers, importStart: importers, importCancel: importers, exportStart: importers },
  ImportJob: allow,
  ImportCounts: allow,
  ImportReportRow: allow,
  ImportResultFile: allow,
  ImportJobConnection: allow,
  ImportJobEdge: allow,
  ImportReportConnection: allow,
  ImportReportEdge: allow,
  ImportUploadStartSuccess: allow,
  ImportStartSuccess: allow,
  ImportCancelSuccess: allow,
  ExportStartSuccess: allow,
  InvalidMapping: allow,
  MappingProblem: allow,
  ImportFileNotFound: allow,
  TooManyImports: allow,
  ImportNotFound: allow,
  ImportOver: allow,
};

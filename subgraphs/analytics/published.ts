import { GraphQLError } from "graphql";
import { NothingPublished, type WarehouseReader } from "#warehouse/reader.ts";

/** The reader as the slice uses it: "nothing published yet" is told to the caller instead of being masked as a defect. */
export function tellingReader(reader: WarehouseReader): WarehouseReader {
  return {
    ...reader,
    async read(work) {
      try {
        return await reader.read(work);
      } catch (error) {
        if (!(error instanceof NothingPublished)) throw error;
        throw new GraphQLError("Nothing has been published yet: the first build is under way or was refused; pipelineRuns tells which.", { extensions: { code: "UNAVAILABLE" } });
      }
    },
  };
}

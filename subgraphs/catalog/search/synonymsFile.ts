import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readSynonyms, type Synonyms, SynonymsRefused } from "./text/synonyms.ts";

const OURS = join(import.meta.dirname, "synonyms.txt");

/** The shop's own synonyms, or ours. @throws SynonymsRefused with a sentence that names the file. */
export async function readSynonymsFile(path: string | undefined): Promise<Synonyms> {
  try {
    return readSynonyms(await readFile(path ?? OURS, "utf8"));
  } catch (error) {
    if (error instanceof SynonymsRefused) throw new SynonymsRefused(`${path ?? OURS}: ${error.message}`);
    throw new SynonymsRefused(`The file of synonyms ${path ?? OURS} cannot be read: ${(error as Error).message}`);
  }
}

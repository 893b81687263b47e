import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { DataFileError } from "../dataFileError.ts";
import { readCsv } from "./csv.ts";
import { assertHeader, createLineReader, type RetailLine } from "./line.ts";
import { markOverlap } from "./overlap.ts";

/** Hidden files are none of ours: some systems leave companions of a file beside it. */
const DATA_FILE = /^[^.].*\.csv(\.gz)?$/i;

/** A file that was read, for the import's report. */
export interface ReadFile {
  name: string;
  lines: number;
  /** Lines that an earlier file holds too. */
  overlap: number;
  firstAt: number;
  lastAt: number;
}

/** The lines of all files, each line of a file that an earlier file holds too left out. */
export interface RetailLines {
  lines: RetailLine[];
  files: ReadFile[];
}

/**
 * The .csv and .csv.gz files of a folder in the order of their names, or the one file named.
 * @throws DataFileError when there is nothing to read at the path
 */
export async function listDataFiles(path: string): Promise<string[]> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (error) {
    throw new DataFileError({ file: path }, "there is no such file or folder", "check the path of the data", { cause: error });
  }
  if (!isFolder) {
    if (!DATA_FILE.test(basename(path))) throw new DataFileError({ file: path }, "the file is neither .csv nor .csv.gz", "name an Online Retail II file or the folder that holds them");
    return [path];
  }
  let names: string[];
  try {
    names = (await readdir(path)).filter((name) => DATA_FILE.test(name)).sort();
  } catch (error) {
    throw new DataFileError({ file: path }, "the folder may not be read by this user", "give read permission", { cause: error });
  }
  if (names.length === 0) throw new DataFileError({ file: path }, "the folder holds no .csv or .csv.gz file", "name the folder that holds the Online Retail II files");
  return names.map((name) => join(path, name));
}

/** SHA-256 over the files' contents, in the order of their names: the same data has the same fingerprint wherever it lies. */
export async function fingerprintOnlineRetail(path: string): Promise<string> {
  const whole = createHash("sha256");
  for (const file of await listDataFiles(path)) {
    const one = createHash("sha256");
    try {
      await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), one);
    } catch (error) {
      throw new DataFileError({ file: basename(file) }, "the file cannot be read", "check that it is a file and that this user may read it", { cause: error });
    }
    whole.update(one.read() as Buffer);
  }
  return whole.digest("hex");
}

/**
 * Reads every file to its end and takes the overlap out.
 * @throws DataFileError at the first line that is not of the format
 */
export async function readRetailFiles(paths: readonly string[], options: { signal?: AbortSignal; onFile?: (file: ReadFile) => void } = {}): Promise<RetailLines> {
  const reader = createLineReader();
  const files: ReadFile[] = [];
  const perFile: RetailLine[][] = [];
  for (const [fileIndex, path] of paths.entries()) {
    const file = basename(path);
    const lines: RetailLine[] = [];
    await readCsv(path, (fields, line) => {
      if (line === 1) assertHeader(file, fields);
      else lines.push(reader.read(fields, { file, fileIndex, line }));
    }, options.signal);
    if (lines.length === 0) throw new DataFileError({ file }, "the file holds no invoice lines", "fetch it again or take it out of the folder");
    let firstAt = Infinity;
    let lastAt = -Infinity;
    for (const { at } of lines) {
      if (at < firstAt) firstAt = at;
      if (at > lastAt) lastAt = at;
    }
    perFile.push(lines);
    files.push({ name: file, lines: lines.length, overlap: 0, firstAt, lastAt });
    options.onFile?.(files.at(-1) as ReadFile);
  }
  const kept = markOverlap(perFile);
  kept.forEach((lines, index) => {
    (files[index] as ReadFile).overlap = (perFile[index] as RetailLine[]).length - lines.length;
  });
  return { lines: kept.flat(), files };
}

import { createReadStream } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { ByteSource } from "#platform/tabular/source.ts";
import { TableError } from "#platform/tabular/tableError.ts";
import type { ImportFiles } from "./importRun.ts";
import { isInnerPath } from "#platform/tabular/mapping/innerPath.ts";

const MAX_FILES = 100_000;
const MAX_DEPTH = 8;

/** The files of a folder of this machine, and nothing outside of it: a link that leads away is not there. */
export async function folderFiles(folder: string): Promise<ImportFiles> {
  const root = await realpath(folder);
  let names: Promise<string[]> | undefined;
  const walk = async (at: string, depth: number, found: string[]): Promise<string[]> => {
    for (const entry of await readdir(join(root, at), { withFileTypes: true })) {
      const name = at === "" ? entry.name : `${at}/${entry.name}`;
      if (entry.isDirectory() && depth < MAX_DEPTH && !entry.name.startsWith(".")) await walk(name, depth + 1, found);
      else if (entry.isFile()) found.push(name);
      if (found.length > MAX_FILES) throw new TableError(folder, undefined, `the folder holds more than ${MAX_FILES} files`);
    }
    return found;
  };
  return {
    async list() {
      names ??= walk("", 0, []).then((found) => found.sort());
      return names;
    },
    async find(name): Promise<ByteSource | undefined> {
      if (!isInnerPath(name)) return undefined;
      const path = await realpath(join(root, name)).catch(() => undefined);
      if (path === undefined || relative(root, path).split(sep)[0] === ".." || !path.startsWith(root + sep)) return undefined;
      const found = await stat(path);
      return found.isFile() ? { name, size: found.size, open: async () => createReadStream(path, { highWaterMark: 1 << 16 }) } : undefined;
    },
  };
}

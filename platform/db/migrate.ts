import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "./database.ts";

const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;
/** Any number does; it only has to be the same in every process that migrates. */
const LOCK_KEY = 727_001;

/** The database and the code disagree about its history, or a migration failed. The message says which and what to do. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

interface MigrationFile {
  name: string;
  text: string;
  sha256: string;
}

/**
 * Applies the numbered `NNNN_name.sql` files of `dir` that the database has not seen, in order, each in its own transaction.
 * Processes that start together wait for one another on an advisory lock.
 * @throws when a file that was applied has changed since or is gone: an applied migration is history and must not be edited.
 */
export async function migrate(db: Database, dir: string): Promise<{ applied: string[] }> {
  const files = await readMigrations(dir);
  const applied: string[] = [];
  await db.session(async (session) => {
    await session.raw("select pg_advisory_lock($1)", [LOCK_KEY]);
    try {
      await session.raw(`
        create schema if not exists migrations;
        create table if not exists migrations.applied (name text primary key, sha256 text not null, applied_at timestamptz not null default now());
      `);
      const { rows } = await session.raw<{ name: string; sha256: string }>("select name, sha256 from migrations.applied order by name");
      assertHistory(rows, files, dir);
      for (const file of files.slice(rows.length)) {
        await session.raw("begin");
        try {
          await session.raw(file.text);
          await session.raw("insert into migrations.applied (name, sha256) values ($1, $2)", [file.name, file.sha256]);
          await session.raw("commit");
        } catch (error) {
          // On a connection that was lost there is nothing left to roll back, and that is not the error to tell.
          await session.raw("rollback").catch(() => undefined);
          throw new MigrationError(`migration ${file.name} failed: ${(error as Error).message}`, { cause: error });
        }
        applied.push(file.name);
      }
    } finally {
      await session.raw("select pg_advisory_unlock($1)", [LOCK_KEY]).catch(() => undefined);
    }
  });
  return { applied };
}

async function readMigrations(dir: string): Promise<MigrationFile[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith(".sql")).sort();
  const wrong = names.find((name) => !FILE_NAME.test(name));
  if (wrong) throw new MigrationError(`migration file ${join(dir, wrong)} must be named NNNN_lower_case.sql`);
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(dir, name), "utf8");
      return { name, text, sha256: createHash("sha256").update(text).digest("hex") };
    }),
  );
}

function assertHistory(applied: readonly { name: string; sha256: string }[], files: readonly MigrationFile[], dir: string): void {
  applied.forEach((row, index) => {
    const file = files[index];
    if (file?.name !== row.name) {
      const isNewBefore = file && files.some(({ name }) => name === row.name);
      if (isNewBefore) throw new MigrationError(`migration ${file.name} is new but is numbered before ${row.name}, which the database has applied already: number it behind the last one`);
      throw new MigrationError(`the database has applied migration ${row.name}, which ${dir} does not hold at its place: this code is older than the data; update the code`);
    }
    if (file.sha256 !== row.sha256) throw new MigrationError(`migration ${row.name} was changed after it had been applied: restore the file and add a new one`);
  });
}

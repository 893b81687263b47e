import { LRUCache } from "lru-cache";
import type { Database } from "#platform/db/database.ts";
import { martCatalogue } from "#schema/generated/martCatalogue.ts";
import { type AudienceKind, LOGIN_OF, SCHEMA_OF } from "./audience.ts";
import type { Sight } from "./examine.ts";
import { columnsOfSchema, serverFunctions } from "./statements.ts";

/** A table as editors and people want to know it. */
export interface SqlTable {
  readonly name: string;
  readonly description: string | null;
  /** What one row is. */
  readonly grain: string | null;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly description: string | null; readonly isPersonal: boolean }[];
}

/** What the audiences see of a build. */
export interface Sights {
  of(kind: AudienceKind, buildId: string): Promise<Sight>;
  tables(kind: AudienceKind, buildId: string): Promise<readonly SqlTable[]>;
}

export interface Seen { readonly sight: Sight; readonly tables: readonly SqlTable[] }

/** Looks once per build and audience. */
export function rememberSights(look: (kind: AudienceKind) => Promise<Seen>): Sights {
  const known = new LRUCache<string, Promise<Seen>>({ max: 12 });

  function seen(kind: AudienceKind, buildId: string): Promise<Seen> {
    const name = `${kind} ${buildId}`;
    let found = known.get(name);
    if (!found) {
      found = look(kind);
      known.set(name, found);
      found.catch(() => known.delete(name));
    }
    return found;
  }

  return {
    of: async (kind, buildId) => (await seen(kind, buildId)).sight,
    tables: async (kind, buildId) => (await seen(kind, buildId)).tables,
  };
}

/** What each audience sees of a build in PostgreSQL. */
export function createSights(control: Database): Sights {
  let functions: Promise<ReadonlySet<string>> | undefined;
  const namesOfFunctions = () => (functions ??= control.many(serverFunctions, []).then((rows) => new Set(rows.map(({ name }) => name))));

  return rememberSights(async (kind) => {
    const rows = await control.many(columnsOfSchema, [SCHEMA_OF[kind], LOGIN_OF[kind]]);
    const groups = Map.groupBy(rows, (row) => row.relation);
    const tables = [...groups].map(([name, columns]): SqlTable => {
      const info = Object.hasOwn(martCatalogue, name) ? martCatalogue[name] : undefined;
      return {
        name,
        description: info?.description ?? null,
        grain: info?.grain ?? null,
        columns: columns.map(({ column_name: column, type }) => {
          const of = info && Object.hasOwn(info.columns, column) ? info.columns[column] : undefined;
          return { name: column, type, description: of?.description ?? null, isPersonal: of?.pii !== undefined };
        }),
      };
    });
    return {
      tables,
      sight: { tables: new Map(tables.map((table) => [table.name, new Set(table.columns.map((column) => column.name))])), serverFunctions: await namesOfFunctions(), mayExplain: kind !== "VENDOR" },
    };
  });
}

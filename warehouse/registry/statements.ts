import { query } from "#platform/db/query.ts";

export const lockModel = query({
  name: "registry.lockModel",
  // Versions of one model are numbered one after another; two trainings at once wait here.
  text: "select pg_advisory_xact_lock(hashtextextended('registry.' || $1, 0))::text as locked",
  params: ["text"],
  row: { locked: "text" },
  budget: { access: "scan", maxRows: 1 },
});

export const versionByHash = query({
  name: "registry.versionByHash",
  text: "select max(version) as version from registry.model_version where model = $1 and sha256 = $2",
  params: ["text", "text"],
  row: { version: "int8?" },
  budget: { access: "index", maxRows: 1 },
});

export const insertVersion = query({
  name: "registry.insertVersion",
  text: `insert into registry.model_version (model, version, sha256, manifest, metrics, build_id, as_of)
         select $1, coalesce(max(version), 0) + 1, $2, $3::text::jsonb, $4::text::jsonb, $5, $6
           from registry.model_version where model = $1
         returning version`,
  params: ["text", "text", "text", "text", "text", "timestamptz"],
  row: { version: "int8" },
  budget: { access: "write", maxRows: 1 },
});

export const insertFile = query({
  name: "registry.insertFile",
  text: "insert into registry.artefact (model, version, name, content) values ($1, $2, $3, $4)",
  params: ["text", "int8", "text", "bytea"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const listFiles = query({
  name: "registry.listFiles",
  text: "select name, content from registry.artefact where model = $1 and version = $2",
  params: ["text", "int8"],
  row: { name: "text", content: "bytea" },
  budget: { access: "index", maxRows: 16 },
});

export const versionMetrics = query({
  name: "registry.versionMetrics",
  text: "select metrics from registry.model_version where model = $1 and version = $2",
  params: ["text", "int8"],
  row: { metrics: "jsonb" },
  budget: { access: "index", maxRows: 1 },
});

export const aliasVersion = query({
  name: "registry.aliasVersion",
  text: `select a.version, a.moved_at, a.reason, v.sha256, v.as_of
           from registry.model_alias a join registry.model_version v on v.model = a.model and v.version = a.version
          where a.model = $1 and a.alias = $2`,
  params: ["text", "text"],
  row: { version: "int8", moved_at: "timestamptz", reason: "text", sha256: "text", as_of: "timestamptz" },
  budget: { access: "index", maxRows: 1 },
});

export const moveAlias = query({
  name: "registry.moveAlias",
  text: `with before as (select version from registry.model_alias where model = $1 and alias = $2),
         moved as (
           insert into registry.model_alias (model, alias, version, reason) values ($1, $2, $3, $4)
           on conflict (model, alias) do update set version = excluded.version, moved_at = now(), reason = excluded.reason
         )
         insert into registry.alias_move (model, alias, version, previous_version, reason)
         values ($1, $2, $3, (select version from before), $4)`,
  params: ["text", "text", "int8", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Old artefacts; versions themselves stay as history. */
export const dropOldArtefacts = query({
  name: "registry.dropOldArtefacts",
  text: `delete from registry.artefact f
          where f.model = $1
            and f.version <= (select max(version) from registry.model_version where model = $1) - $2::int
            and not exists (select from registry.model_alias a where a.model = f.model and a.version = f.version)
            and not exists (
              select from predictions.batch b
               where f.version = case f.model when 'churn' then b.churn_version else b.recommendations_version end
            )`,
  params: ["text", "int4"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

import { type Manifest, type ManifestNode, modelsOf } from "../../../tools/manifest.ts";

/** A table that stands in PostgreSQL too, because the graph reads it by key or models learn and score from it. */
export interface OnlineTable {
  readonly layer: "marts" | "features";
  readonly name: string;
  readonly description: string;
  readonly columns: readonly OnlineColumn[];
  readonly indexes: readonly OnlineIndex[];
}

export interface OnlineColumn {
  readonly name: string;
  /** PostgreSQL's name of it. */
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
}

export interface OnlineIndex {
  readonly columns: readonly string[];
  readonly isUnique: boolean;
  /** btree where not given. */
  readonly type?: string;
  /** Two nulls are equal to it. */
  readonly nullsEqual?: true;
}

/** The models that are marked `meta: {online: true}`. */
export function onlineTables(manifest: Manifest): OnlineTable[] {
  return (["marts", "features"] as const).flatMap((layer) => modelsOf(manifest, layer).filter(isOnline).map((node) => tableOf(layer, node)));
}

const isOnline = ({ config }: ManifestNode) => config.meta?.["online"] === true;

function tableOf(layer: OnlineTable["layer"], node: ManifestNode): OnlineTable {
  const indexes = (node.config.indexes ?? []).map(({ columns, unique, type }) => ({ columns, isUnique: unique === true, ...(type ? { type } : {}) }));
  const hooks = (node.config["post-hook"] ?? []).flatMap(({ sql }) => {
    const [, list] = /unique_index_with_nulls\(\[([^\]]+)\]\)/.exec(sql) ?? [];
    return list === undefined ? [] : [{ columns: [...list.matchAll(/'([^']+)'/g)].map(([, name = ""]) => name), isUnique: true, nullsEqual: true as const }];
  });
  return {
    layer, name: node.name, description: node.description, indexes: [...indexes, ...hooks],
    columns: Object.values(node.columns).map(({ name, data_type: type, constraints, description }) => ({ name, type: type ?? "text", isRequired: constraints.some((one) => one.type === "not_null"), description })),
  };
}

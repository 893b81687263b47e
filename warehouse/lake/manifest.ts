/** What one export of the lake holds. Written last: an export without it is not there. */
export interface LakeManifest {
  readonly version: 1;
  readonly build: {
    readonly id: string;
    /** Every change of the shop up to here is in; wall time, ISO 8601. */
    readonly asOf: string;
    readonly businessAsOf: string;
    /** Position of the cut in the shop's log. */
    readonly cutPos: string;
  };
  readonly exportedAt: string;
  readonly tables: readonly LakeTable[];
}

export interface LakeTable {
  /** `marts`, `features`: as published. `raw`: the shop's and other sources' tables as of the cut, without what says who somebody is. */
  readonly layer: "marts" | "features" | "raw";
  readonly name: string;
  readonly rows: number;
  /** The column whose month the files are partitioned by: a folder `<column>_month=2010-12` each. */
  readonly partitionedBy: string | null;
  readonly columns: readonly LakeColumn[];
  readonly files: readonly LakeFile[];
}

export interface LakeColumn {
  readonly name: string;
  /** DuckDB's name of the type, which Parquet's logical types carry. */
  readonly type: string;
  readonly nulls: number;
  /** Least and greatest value as text; null for texts and identifiers, and where there is none. */
  readonly min: string | null;
  readonly max: string | null;
}

export interface LakeFile {
  /** Behind the export's own prefix. */
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
}

export const LAKE_PREFIX = "lake/";
export const MANIFEST = "manifest.json";

/** `lake/20111210t000000z-019f.../`: exports are in the order of their names. */
export function exportPrefix(at: Date, buildId: string): string {
  return `${LAKE_PREFIX}${at.toISOString().toLowerCase().replaceAll(/[-:]|\.\d+/g, "")}-${buildId}/`;
}

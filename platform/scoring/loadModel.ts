import { createHash } from "node:crypto";
import { CHURN_FORMAT, ChurnModel } from "./churnModel.ts";
import { object, parseDocument, text, type Json } from "./json.ts";
import { ModelRefused } from "./modelRefused.ts";
import { RECOMMENDATIONS_FORMAT, RecommendationsModel } from "./neighbours.ts";

/** The files of an artefact by name, byte for byte as training wrote them. */
export type ArtefactFiles = ReadonlyMap<string, Uint8Array>;

export interface Models {
  churn: ChurnModel;
  recommendations: RecommendationsModel;
}
export type ModelName = keyof Models;
export const MODEL_NAMES: readonly ModelName[] = ["churn", "recommendations"];

const MIN_GOLDEN_ROWS = 500;
/** Most that a score may differ from the trainer's. */
const TOLERANCE = 1e-9;

/**
 * Makes a model of an artefact, after every file has been found to be what the manifest says and every golden row to score
 * as it did in training. @throws ModelRefused
 */
export function loadModel<N extends ModelName>(name: N, files: ArtefactFiles): Models[N] {
  const manifest = parseDocument(decode(files, "manifest.json"), "manifest.json");
  if (manifest["model"] !== name) throw new ModelRefused(`the artefact is of model "${String(manifest["model"])}", not "${name}"`);
  for (const [file, entry] of Object.entries(object(manifest["files"], "manifest.files"))) {
    const wanted = text(object(entry, `manifest.files.${file}`)["sha256"], "a sha256");
    const found = createHash("sha256").update(bytes(files, file)).digest("hex");
    if (found !== wanted) throw new ModelRefused(`${file} is not what was trained: its sha256 is ${found.slice(0, 12)}..., the manifest says ${wanted.slice(0, 12)}...`);
  }
  for (const file of ["model.json", "golden.jsonl"]) {
    if (!(file in object(manifest["files"], "manifest.files"))) throw new ModelRefused(`the manifest does not name ${file}`);
  }
  const document = parseDocument(decode(files, "model.json"), "model.json");
  const model = build(name, document);
  checkGolden(model, decode(files, "golden.jsonl"));
  return model as Models[N];
}

function build(name: ModelName, document: Json): ChurnModel | RecommendationsModel {
  const format = String(document["format"]);
  if (name === "churn" && format === CHURN_FORMAT) return new ChurnModel(document);
  if (name === "recommendations" && format === RECOMMENDATIONS_FORMAT) return new RecommendationsModel(document);
  throw new ModelRefused(`model.json has format "${format}", which this version cannot serve as ${name}: train the model again`);
}

function checkGolden(model: ChurnModel | RecommendationsModel, golden: string): void {
  const lines = golden.split("\n").filter((line) => line !== "");
  if (lines.length < MIN_GOLDEN_ROWS) throw new ModelRefused(`golden.jsonl has ${lines.length} rows, at least ${MIN_GOLDEN_ROWS} must be`);
  lines.forEach((line, index) => {
    const gap = model.goldenGap(parseDocument(line, `golden.jsonl, row ${index + 1}`));
    // written so that NaN is refused as well
    if (!(gap <= TOLERANCE)) throw new ModelRefused(`golden.jsonl, row ${index + 1}: the score here differs from the trainer's by ${gap}, at most ${TOLERANCE} may be`);
  });
}

function bytes(files: ArtefactFiles, name: string): Uint8Array {
  const content = files.get(name);
  if (!content) throw new ModelRefused(`the artefact has no ${name}`);
  return content;
}

function decode(files: ArtefactFiles, name: string): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes(files, name));
}

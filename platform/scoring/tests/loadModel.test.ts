import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { churnArtefact, packArtefact, recommendationsArtefact } from "#platform/testing/modelArtefact.ts";
import { loadModel } from "../loadModel.ts";
import { ModelRefused } from "../modelRefused.ts";

type Files = Map<string, Uint8Array>;
const read = (files: Files, name: string) => Buffer.from(files.get(name) as Uint8Array).toString("utf8");

/** Changes a file and, as a careful forger would, the manifest's hash of it. */
function change(files: Files, name: string, edit: (text: string) => string): Files {
  const changed = Buffer.from(edit(read(files, name)));
  const manifest = JSON.parse(read(files, "manifest.json")) as { files: Record<string, { sha256: string }> };
  (manifest.files[name] as { sha256: string }).sha256 = createHash("sha256").update(changed).digest("hex");
  return new Map([...files, [name, changed], ["manifest.json", Buffer.from(JSON.stringify(manifest))]]);
}

test("a whole artefact loads and scores", () => {
  const model = loadModel("churn", churnArtefact());
  const p = model.probability([Math.expm1(3), 1]);
  expect(p).toBeCloseTo(0.5, 12);
  expect([0.49, 0.5, 0.79, 0.8].map((one) => model.segment(one))).toEqual(["LOW", "MEDIUM", "MEDIUM", "HIGH"]);
});

describe("refused is", () => {
  test("a file that is not what the manifest names", () => {
    const files = churnArtefact();
    files.set("model.json", Buffer.from(read(files, "model.json").replace('"intercept":-3', '"intercept":-2')));
    expect(() => loadModel("churn", files)).toThrow(/model\.json is not what was trained/);
  });
  test("a changed coefficient under a changed hash, by the golden rows", () => {
    const files = change(churnArtefact(), "model.json", (text) => text.replace('"intercept":-3', '"intercept":-3.00001'));
    expect(() => loadModel("churn", files)).toThrow(/golden\.jsonl, row 1: the score here differs/);
  });
  test("a changed similarity, by the golden rows", () => {
    const files = change(recommendationsArtefact(["a", "b", "c", "d", "e"]), "model.json", (text) => text.replace("[0.6,0.3]", "[0.61,0.3]"));
    expect(() => loadModel("recommendations", files)).toThrow(/golden/);
  });
  test("one golden row that differs by more than 1e-9, and only then", () => {
    const nudge = (by: number) => change(churnArtefact(), "golden.jsonl", (text) => text.replace(/"p":([\d.e-]+)/, (_, p) => `"p":${Number(p) + by}`));
    expect(() => loadModel("churn", nudge(5e-9))).toThrow(ModelRefused);
    expect(loadModel("churn", nudge(5e-10)).name).toBe("by hand");
  });
  test("a score that is no number", () => {
    const files = change(churnArtefact(), "golden.jsonl", (text) => text.replace(/"p":[\d.e-]+/, '"p":"NaN"'));
    expect(() => loadModel("churn", files)).toThrow(ModelRefused);
  });
  test("an artefact with fewer than 500 golden rows", () => {
    const files = change(churnArtefact(), "golden.jsonl", (text) => text.split("\n").slice(1).join("\n"));
    expect(() => loadModel("churn", files)).toThrow(/499 rows/);
  });
  test("another model's artefact", () => {
    expect(() => loadModel("recommendations", churnArtefact())).toThrow(/of model "churn"/);
  });
  test("a format of another version", () => {
    const files = change(churnArtefact(), "model.json", (text) => text.replace("martgraph.churn/1", "martgraph.churn/9"));
    expect(() => loadModel("churn", files)).toThrow(/format "martgraph.churn\/9"/);
  });
  test("a missing file, and a manifest that does not name the golden rows", () => {
    const missing = churnArtefact();
    missing.delete("golden.jsonl");
    expect(() => loadModel("churn", missing)).toThrow(/no golden\.jsonl/);
    const unnamed = churnArtefact();
    unnamed.set("manifest.json", Buffer.from(read(unnamed, "manifest.json").replace('"golden.jsonl"', '"metrics2"').replace(/"metrics2":\{[^}]*\},?/, "")));
    expect(() => loadModel("churn", unnamed)).toThrow(/does not name golden/);
  });
  test("neighbours that point outside", () => {
    const files = packArtefact("recommendations", { document: { format: "martgraph.recommendations/1", name: "x", products: ["a"], personal: { decayDays: null, liveness: [1] }, neighbours: { decayDays: 1, weight: 0, products: [[4]], similarities: [[1]] }, popularity: { weight: 0, values: [0] } }, golden: [] });
    expect(() => loadModel("recommendations", files)).toThrow(/out of bounds/);
  });
});

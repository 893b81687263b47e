import { calibrate, segmentOf, type Calibration, type Segment, type SegmentBounds } from "./calibration.ts";
import { extended, finite, list, numbers, object, text, type Json } from "./json.ts";
import { scoreLogistic, type Logistic } from "./logistic.ts";
import { ModelRefused } from "./modelRefused.ts";
import { evaluateTerm, parseTerm, type Term } from "./terms.ts";
import { parseTrees, scoreTrees, type Trees } from "./trees.ts";

export const CHURN_FORMAT = "martgraph.churn/1";

type Part = { readonly weight: number; readonly terms: readonly Term[] } & (
  | { readonly kind: "logistic"; readonly logistic: Logistic }
  | { readonly kind: "trees"; readonly trees: Trees }
);

/** Scores the probability that a customer makes no purchase within `labelWindowDays`. */
export class ChurnModel {
  readonly kind = "churn";
  /** The feature columns a row is made of, in order. */
  readonly columns: readonly string[];
  readonly labelWindowDays: number;
  readonly name: string;
  readonly #parts: readonly Part[];
  readonly #calibration: Calibration;
  readonly #segments: SegmentBounds;

  constructor(document: Json) {
    this.name = text(document["name"], "name");
    this.columns = list(document["columns"], "columns").map((one) => text(one, "a column"));
    this.labelWindowDays = finite(document["labelWindowDays"], "labelWindowDays");
    this.#parts = list(document["parts"], "parts").map((part) => parsePart(object(part, "a part"), this.columns));
    if (this.#parts.length === 0) throw new ModelRefused("the model has no parts");
    const calibration = object(document["calibration"], "calibration");
    this.#calibration = { slope: finite(calibration["slope"], "calibration.slope"), shift: finite(calibration["shift"], "calibration.shift") };
    const segments = object(document["segments"], "segments");
    this.#segments = { medium: finite(segments["medium"], "segments.medium"), high: finite(segments["high"], "segments.high") };
    if (!(0 < this.#segments.medium && this.#segments.medium < this.#segments.high && this.#segments.high < 1)) throw new ModelRefused("segments must rise within 0 and 1");
  }

  /** Probability in [0, 1] of a row in the order of `columns`; NaN stands for what is not known. */
  probability(values: ArrayLike<number>): number {
    let logit = 0;
    for (const part of this.#parts) logit += part.weight * scorePart(part, inputsOf(part, values));
    return calibrate(this.#calibration, logit);
  }

  segment(probability: number): Segment {
    return segmentOf(this.#segments, probability);
  }

  /** Raw score of one part of trees for inputs as golden rows give them. */
  partScore(index: number, inputs: ArrayLike<number>): number {
    const part = this.#parts[index];
    if (!part) throw new ModelRefused(`there is no part ${index}`);
    return scorePart(part, inputs);
  }

  /** How far one golden row's score is from ours; NaN when one of the two is no number. */
  goldenGap(row: Json): number {
    if ("part" in row) {
      const inputs = list(row["v"], "v").map((one) => extended(one, "v"));
      return Math.abs(this.partScore(finite(row["part"], "part"), inputs) - finite(row["raw"], "raw"));
    }
    const values = list(row["x"], "x").map((one) => extended(one, "x"));
    if (values.length !== this.columns.length) throw new ModelRefused(`a golden row has ${values.length} values for ${this.columns.length} columns`);
    return Math.abs(this.probability(values) - finite(row["p"], "p"));
  }
}

function parsePart(document: Json, columns: readonly string[]): Part {
  const weight = finite(document["weight"], "a part's weight");
  const terms = list(document["terms"], "a part's terms").map((term) => parseTerm(term, columns));
  if (document["kind"] === "logistic") {
    const coefficients = numbers(document["coefficients"], "coefficients");
    if (coefficients.length !== terms.length) throw new ModelRefused(`${coefficients.length} coefficients for ${terms.length} terms`);
    return { kind: "logistic", weight, terms, logistic: { intercept: finite(document["intercept"], "intercept"), coefficients } };
  }
  if (document["kind"] === "trees") {
    const trees = parseTrees(object(document["trees"], "trees"));
    if (trees.features !== terms.length) throw new ModelRefused(`trees over ${trees.features} inputs, ${terms.length} terms`);
    return { kind: "trees", weight, terms, trees };
  }
  throw new ModelRefused(`a part is of kind "${String(document["kind"])}", which this version does not know: update the code`);
}

function inputsOf(part: Part, values: ArrayLike<number>): Float64Array {
  const inputs = new Float64Array(part.terms.length);
  for (let index = 0; index < inputs.length; index += 1) inputs[index] = evaluateTerm(part.terms[index] as Term, values);
  return inputs;
}

function scorePart(part: Part, inputs: ArrayLike<number>): number {
  return part.kind === "logistic" ? scoreLogistic(part.logistic, inputs) : scoreTrees(part.trees, inputs);
}

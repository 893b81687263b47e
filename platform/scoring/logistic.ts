/** A linear score in logits over inputs as they are (no standardisation left to do). */
export interface Logistic {
  readonly intercept: number;
  readonly coefficients: Float64Array;
}

export function scoreLogistic(model: Logistic, inputs: ArrayLike<number>): number {
  let total = model.intercept;
  for (let index = 0; index < model.coefficients.length; index += 1) total += (model.coefficients[index] as number) * (inputs[index] as number);
  return total;
}

export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

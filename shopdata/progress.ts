/** One step of filling a shop: what was done, how many rows or lines, in how many seconds. */
export interface FillStep {
  step: string;
  rows: number;
  seconds: number;
}

/** Hears of every finished step, as a sentence for a person and as figures. */
export type OnProgress = (note: string, step: FillStep) => void;

/** Times a step that answers its number of rows, and tells of it. */
export async function timed(onProgress: OnProgress | undefined, step: string, work: () => Promise<number> | number): Promise<number> {
  const started = performance.now();
  const rows = await work();
  tellStep(onProgress, { step, rows, seconds: (performance.now() - started) / 1000 });
  return rows;
}

export function tellStep(onProgress: OnProgress | undefined, step: FillStep): void {
  onProgress?.(`${step.step}: ${count(step.rows)}, ${step.seconds.toFixed(1)} s`, step);
}

/** `1,234,567` */
export function count(value: number): string {
  return value.toLocaleString("en-GB");
}

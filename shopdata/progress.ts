/** One step of filling a shop: what was done, how many rows or lines, in how many seconds. */
export interface FillStep {
  step: string;
  rows: number;
  seconds: number;
}

export type OnProgress = (step: FillStep) => void;

/** Times a step that answers its number of rows, and tells of it. */
export async function timed(onProgress: OnProgress | undefined, step: string, work: () => Promise<number> | number): Promise<number> {
  const started = performance.now();
  const rows = await work();
  onProgress?.({ step, rows, seconds: (performance.now() - started) / 1000 });
  return rows;
}

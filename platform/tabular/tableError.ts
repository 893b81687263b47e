/** What is wrong with a whole file of rows: it cannot be read on. One sentence for whoever gave it; `line` counts from 1. */
export class TableError extends Error {
  override readonly name = "TableError";
  readonly file: string;
  readonly line: number | undefined;
  readonly problem: string;

  constructor(file: string, line: number | undefined, problem: string, options?: ErrorOptions) {
    super(`${file}${line === undefined ? "" : `, line ${line}`}: ${problem}`, options);
    this.file = file;
    this.line = line;
    this.problem = problem;
  }
}

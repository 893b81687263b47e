/** Where in a file of input data something is wrong. `line` counts from 1, the header being line 1. */
export interface DataFilePlace {
  file: string;
  line?: number;
  column?: string;
}

/**
 * A data file that cannot be read as what it should be. The message is one sentence for the person who gave the path:
 * where it is, what is wrong, what to do.
 */
export class DataFileError extends Error {
  override readonly name = "DataFileError";
  readonly place: DataFilePlace;

  constructor(place: DataFilePlace, problem: string, cure: string, options?: ErrorOptions) {
    const line = place.line === undefined ? "" : `, line ${place.line}`;
    const column = place.column === undefined ? "" : `, column ${place.column}`;
    super(`${place.file}${line}${column}: ${problem}; ${cure}`, options);
    this.place = place;
  }
}

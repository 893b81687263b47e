/** What a finished step has to say. */
export interface StepReport {
  rows?: number | bigint;
  /** Shown behind the step's name. */
  note?: string;
  verdict?: "done" | "skipped" | "refused";
}

/** Shows long work: one line per step, with what it does, rows, seconds and verdict; JSON lines for machines. */
export interface Progress {
  /** Runs a step and prints how it ended; what it throws is printed as the verdict and thrown on. */
  step<T>(what: string, work: (tell: (note: string) => void) => Promise<{ value: T } & StepReport>): Promise<T>;
  /** A line between the steps. */
  note(text: string): void;
  /** A step that reports itself when it is over: the pipeline's assets. */
  finished(what: string, report: StepReport & { seconds: number }): void;
}

/** Where lines go; a terminal's last line is drawn again while a step runs. */
export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** @param out where people read it; commands whose answer goes to stdout as data tell it on stderr, as JSON always is */
export function createProgress(json: boolean, out: Terminal = process.stdout): Progress {
  const print = json ? jsonPrinter() : textPrinter(out);
  return {
    note: print.note,
    finished: (what, report) => print.end(what, report, report.seconds),
    async step(what, work) {
      const started = performance.now();
      print.begin(what);
      try {
        const { value, ...report } = await work((note) => print.tell(what, note));
        print.end(what, report, (performance.now() - started) / 1000);
        return value;
      } catch (error) {
        print.fail(what, (performance.now() - started) / 1000);
        throw error;
      }
    },
  };
}

interface Printer {
  begin(what: string): void;
  tell(what: string, note: string): void;
  end(what: string, report: StepReport, seconds: number): void;
  fail(what: string, seconds: number): void;
  note(text: string): void;
}

const MARKS = { done: "✔", skipped: "–", refused: "✘" } as const;

function textPrinter(out: Terminal): Printer {
  const live = out.isTTY === true;
  const clear = live ? "\r\x1b[2K" : "";
  const line = (mark: string, what: string, note: string | undefined, seconds: number) => {
    const left = `${what}${note ? `: ${note}` : ""}`;
    out.write(`${clear}  ${mark} ${left.padEnd(84)} ${seconds.toFixed(1).padStart(6)} s\n`);
  };
  return {
    begin: (what) => void (live && out.write(`${clear}  … ${what}`)),
    tell: (what, note) => void (live && out.write(`${clear}  … ${what}: ${note}`.slice(0, (out.columns ?? 100) + clear.length - 1))),
    end: (what, report, seconds) => line(MARKS[report.verdict ?? "done"], what, withRows(report), seconds),
    fail: (what, seconds) => line("✘", what, undefined, seconds),
    note: (text) => void out.write(`${clear}${text}\n`),
  };
}

function withRows(report: StepReport): string | undefined {
  const rows = report.rows === undefined ? undefined : `${Number(report.rows).toLocaleString("en-GB")} rows`;
  return [report.note, rows].filter(Boolean).join(", ") || undefined;
}

function jsonPrinter(): Printer {
  const write = (document: object) => void process.stderr.write(`${JSON.stringify(document)}\n`);
  return {
    begin() {},
    tell() {},
    end: (what, report, seconds) =>
      write({ step: what, verdict: report.verdict ?? "done", seconds: round(seconds), ...(report.rows === undefined ? {} : { rows: Number(report.rows) }), ...(report.note ? { note: report.note } : {}) }),
    fail: (what, seconds) => write({ step: what, verdict: "failed", seconds: round(seconds) }),
    note: (text) => { if (text.trim()) write({ note: text.trim() }); },
  };
}

const round = (seconds: number) => Math.round(seconds * 100) / 100;

// Shows the set-up in the manner of the commands' own steps (bin/cli/progress.ts).

/** `quiet` shows only steps that did something: for commands whose output matters more than the set-up. */
export function createSteps({ json, quiet }) {
  const live = !json && process.stdout.isTTY === true;
  const clear = live ? "\r\x1b[2K" : "";
  const print = (what, verdict, note, seconds) => {
    if (json) {
      process.stderr.write(`${JSON.stringify({ step: what, verdict, seconds: Math.round(seconds * 100) / 100, ...(note ? { note } : {}) })}\n`);
      return;
    }
    const mark = { done: "✔", skipped: "–", failed: "✘" }[verdict];
    process.stdout.write(`${clear}  ${mark} ${`${what}${note ? `: ${note}` : ""}`.padEnd(84)} ${seconds.toFixed(1).padStart(6)} s\n`);
  };
  return {
    /** `work` answers { note, verdict: "done" | "skipped" }; what it throws is shown and thrown on. */
    async step(what, work) {
      const started = performance.now();
      if (live && !quiet) process.stdout.write(`${clear}  … ${what}`);
      const tell = (note) => {
        if (live) process.stdout.write(`${clear}  … ${what}: ${note}`);
      };
      try {
        const { note, verdict } = await work(tell);
        if (!quiet || verdict === "done") print(what, verdict, note, (performance.now() - started) / 1000);
      } catch (error) {
        print(what, "failed", undefined, (performance.now() - started) / 1000);
        throw error;
      }
    },
  };
}

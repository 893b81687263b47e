import type { PipelineStatus } from "./status.ts";

type Run = PipelineStatus["runs"][number];

const MARKS: Readonly<Record<string, string>> = { DONE: "✔", SKIPPED: "–", FAILED: "✘", RUNNING: "…" };
const NOTE_WIDTH = 60;

/** How the pipeline stands, as a person reads it: what is published, the latest run step by step, the runs before in one line each. */
export function statusTable(status: PipelineStatus, now: Date): string {
  const { published, runs, requests, capture } = status;
  const [latest, ...earlier] = runs;
  const lines = [
    published
      ? `  Published: build ${published.buildId} in slot ${published.slot}, as of ${published.asOf.toISOString()} (business time ${published.businessAsOf.toISOString()}), ${published.checks} checks, ${published.warnings} warnings${published.heldAt ? "; held by a rollback" : ""}`
      : "  Published: nothing yet",
    ...(capture ? [`  Capture: ${capture.verdict === "FOLLOWS" ? "" : "NOT WELL: "}${capture.message}; raw holds the shop up to ${capture.completeAt.toISOString()}, ${Math.round(capture.lagSeconds)} s ago`] : []),
    ...(latest ? ["", ...runTable(latest, status.assets, now)] : ["  No run yet."]),
    ...(requests > 0 ? ["", `  Asked for and waiting for the scheduler's process: ${requests}`] : []),
    ...(earlier.length > 0 ? ["", "  Earlier runs"] : []),
    ...earlier.map((run) => `  ${run.startedAt.toISOString()}  ${run.trigger.padEnd(9)} ${run.state.padEnd(14)} ${run.reason ?? ""}`.trimEnd()),
  ];
  return lines.join("\n");
}

/** A line per step: mark, name, rows, seconds, what it has to say; the steps that are still to come where the run is under way. */
export function runTable(run: Run, assets: readonly string[], now: Date): string[] {
  const isRunning = run.state === "RUNNING";
  const seconds = ((run.finishedAt ?? now).getTime() - run.startedAt.getTime()) / 1000;
  const known = new Set(run.assets.map((asset) => asset.asset));
  const waiting = isRunning && run.buildId ? assets.filter((name) => !known.has(name)) : [];
  const width = Math.max(5, ...run.assets.map((asset) => asset.asset.length), ...waiting.map((name) => name.length));
  const row = (mark: string, name: string, rows: string, time: string, note: string) => `  ${mark} ${name.padEnd(width)} ${rows.padStart(13)} ${time.padStart(9)}  ${note}`.trimEnd();
  return [
    `  Run of ${run.startedAt.toISOString()} (${run.trigger}): ${run.state.toLowerCase().replaceAll("_", " ")}${isRunning ? "" : ` after ${seconds.toFixed(1)} s`}${run.reason ? `: ${run.reason}` : ""}`,
    row(" ", "asset", "rows", "seconds", "verdict"),
    ...run.assets.map((asset) => {
      const elapsed = asset.seconds ?? (asset.state === "RUNNING" ? (now.getTime() - asset.startedAt.getTime()) / 1000 : null);
      const tries = asset.attempts > 1 && asset.state === "RUNNING" ? ` (try ${asset.attempts})` : "";
      return row(MARKS[asset.state] ?? "?", asset.asset, asset.rows === null ? "" : asset.rows.toLocaleString("en-GB"), elapsed === null ? "" : elapsed.toFixed(1), `${verdictOf(asset.state)}${tries}${asset.message ? `: ${shorten(asset.message)}` : ""}`);
    }),
    ...waiting.map((name) => row(" ", name, "", "", "waits")),
  ];
}

function verdictOf(state: string): string {
  return state === "DONE" ? "done" : state.toLowerCase();
}

function shorten(text: string): string {
  return text.length <= NOTE_WIDTH * 2 ? text : `${text.slice(0, NOTE_WIDTH * 2 - 1)}…`;
}

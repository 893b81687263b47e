import { Logger, parseCronItems, run, type CronItem, type Runner } from "graphile-worker";
import type { Database, DatabaseConfig } from "#platform/db/database.ts";
import type { Log } from "#platform/log.ts";
import type { Pipeline } from "./pipeline.ts";
import { serveRequests, waitAgain } from "./requests.ts";
import { PipelineBusy, type RunRequest } from "./types.ts";

const TASK = "martgraph_pipeline";
const MAINTENANCE_TASK = "martgraph_maintenance";
/** Between two looks for runs that were asked for through the graph. */
const REQUESTS_MS = 2_000;
const RESTART_MS = 5_000;
const DAY_MINUTES = 1_440;

export interface ScheduleOptions {
  pipeline: Pick<Pipeline, "run" | "maintain">;
  /** As martgraph_builder: where requests for runs wait. */
  warehouse: Database;
  /** The warehouse, as martgraph_builder: graphile-worker keeps its jobs there, in the schema graphile_worker. */
  connection: DatabaseConfig;
  /** Minutes between two looks at the shop, 1..1440, counted from midnight UTC. */
  everyMinutes: number;
  /** When what runs, as cron lines in UTC; `build` takes the place of everyMinutes. Undefined: never. */
  jobs: ScheduledJobs;
  log: Log;
  /** Aborted when the process is about to stop: a run under way stops and is continued by the next start. */
  signal?: AbortSignal;
}

export interface ScheduledJobs {
  build?: string;
  train?: string;
  maintenance?: string;
}

export interface Schedule {
  /** Begins no further run, stops the one under way (the next start continues it) and waits until it is over. */
  close(): Promise<void>;
}

/**
 * Runs the pipeline every so many minutes, trains and tidies up when it is told to, and serves requests that the graph leaves. A minute that comes while a run is under way replaces the one
 * that waits, so runs never pile up; minutes in which no process was there are not made up for, because one run catches up
 * with all. A run that fails stands in the ledger and the next minute tries again: jobs are never retried by themselves.
 * @throws RangeError when everyMinutes is out of bounds; the connection's error when the warehouse does not answer at the start.
 */
export async function schedulePipeline(options: ScheduleOptions): Promise<Schedule> {
  const { everyMinutes } = options;
  if (!Number.isInteger(everyMinutes) || everyMinutes < 1 || everyMinutes > DAY_MINUTES) {
    throw new RangeError(`the pipeline runs every 1 to ${DAY_MINUTES} minutes, not every ${everyMinutes}`);
  }
  const schedule = new Scheduler(options);
  await schedule.start();
  return schedule;
}

class Scheduler implements Schedule {
  readonly #options: ScheduleOptions;
  readonly #closing = new AbortController();
  /** Ends with the process's own signal or with close, whichever comes first. */
  readonly #signal: AbortSignal;
  #runner: Runner | undefined;
  #working: Promise<void> = Promise.resolve();
  #serving: Promise<void> = Promise.resolve();
  #hasTidied = false;
  #looking: NodeJS.Timeout | undefined;
  #restart: NodeJS.Timeout | undefined;

  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.#signal = options.signal ? AbortSignal.any([options.signal, this.#closing.signal]) : this.#closing.signal;
  }

  async start(): Promise<void> {
    const { connection, log } = this.#options;
    const runner = await run({
      connectionString: connectionString(connection),
      maxPoolSize: 3,
      concurrency: 1,
      noHandleSignals: true,
      parsedCronItems: parseCronItems(this.#cronItems()),
      taskList: {
        [TASK]: (payload) => (this.#working = this.#attempt(payload as Partial<RunRequest>)),
        [MAINTENANCE_TASK]: () => (this.#working = this.#maintain()),
      },
      logger: new Logger(() => (level, message) => (level === "error" || level === "warning" ? log.warn({ message }, "scheduler") : log.debug({ message }, "scheduler"))),
    });
    this.#runner = runner;
    this.#looking ??= setInterval(() => void (this.#serving = this.#serving.then(() => this.#serve())), REQUESTS_MS);
    runner.promise.then(
      () => this.#again("ended"),
      (error: unknown) => this.#again((error as Error).message),
    );
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error("the schedule is closed"));
    clearTimeout(this.#restart);
    clearInterval(this.#looking);
    // Waits for the run under way: it stops by the signal.
    await this.#runner?.stop().catch((error: unknown) => this.#options.log.debug({ error }, "the schedule had stopped already"));
    await this.#working;
    await this.#serving;
  }

  /** The queue loses its connections with the server; the schedule is not lost. */
  #again(reason: string): void {
    if (this.#signal.aborted) return;
    this.#options.log.warn({ reason }, "the scheduler stopped; it starts again");
    this.#restart = setTimeout(() => {
      this.start().catch((error: Error) => this.#again(error.message));
    }, RESTART_MS);
  }

  #cronItems(): CronItem[] {
    const { everyMinutes, jobs } = this.#options;
    // One key per task: a job that still waits is replaced and not joined by another.
    const item = (name: string, match: CronItem["match"], payload: Partial<RunRequest>, task = TASK): CronItem => ({
      task, identifier: `${TASK}_${name}`, match, payload: { ...payload }, options: { jobKey: `${TASK}_${name}`, jobKeyMode: "replace", maxAttempts: 1 },
    });
    return [
      item("minutes", jobs.build ?? (({ hour, min }) => (hour * 60 + min) % everyMinutes === 0), { trigger: "schedule" }),
      ...(jobs.train ? [item("nightly", jobs.train, { trigger: "nightly", train: "force", force: true })] : []),
      ...(jobs.maintenance ? [item("maintenance", jobs.maintenance, {}, MAINTENANCE_TASK)] : []),
    ];
  }

  /** Never throws. */
  async #maintain(): Promise<void> {
    const { pipeline, log } = this.#options;
    if (this.#signal.aborted) return;
    try {
      log.info(await pipeline.maintain(), "the ledger is tidied up");
    } catch (error) {
      log.warn({ error }, "the ledger was not tidied up");
    }
  }

  /** Never throws: the next look tries again. */
  async #serve(): Promise<void> {
    const { pipeline, warehouse, log } = this.#options;
    if (this.#signal.aborted) return;
    try {
      if (!this.#hasTidied) await waitAgain(warehouse);
      this.#hasTidied = true;
      const count = await serveRequests(warehouse, pipeline, this.#signal);
      if (count > 0) log.info({ requests: count }, "served requests for a run");
    } catch (error) {
      if (!this.#signal.aborted) log.warn({ error }, "requests for runs were not served");
    }
  }

  /** Never throws: what went wrong is in the ledger. */
  async #attempt({ trigger = "schedule", train = "auto", force = false }: Partial<RunRequest>): Promise<void> {
    const { pipeline, log } = this.#options;
    if (this.#signal.aborted) return;
    try {
      const { state, reason, seconds } = await pipeline.run({ trigger, train, force, signal: this.#signal });
      if (state !== "NOTHING_TO_DO") log.info({ state, reason, seconds }, "scheduled pipeline run");
    } catch (error) {
      if (error instanceof PipelineBusy) log.info({}, "a run is under way; this one is left out");
      else if (!this.#signal.aborted) log.error({ error }, "a scheduled pipeline run did not end");
    }
  }
}

/** A socket directory goes into the query string; the library takes nothing but a string or a pool. */
function connectionString({ host, port, database, user, password }: DatabaseConfig): string {
  const query = new URLSearchParams({ host, port: String(port), application_name: "martgraph scheduler" });
  return `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@localhost/${encodeURIComponent(database)}?${query.toString()}`;
}

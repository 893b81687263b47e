import { query } from "#platform/db/query.ts";
import { readRelayStatus, reviveDeadLetters } from "#platform/events/relay/upkeep.ts";
import { createLog } from "#platform/log.ts";
import { SetupError } from "#platform/postgres/setupError.ts";
import { DATA_DIR, textOption, type Command } from "../cli/command.ts";
import { createProgress } from "../cli/progress.ts";
import { openInstallation } from "../install/installation.ts";

const SHOWN = 100;

const deadLetters = query({
  name: "bin.deadLetters",
  text: `select l.consumer, o.type, l.event_id, o.aggregate, l.aggregate_id, l.attempts, l.died_at, l.last_error
    from platform.event_dead_letters l join platform.outbox o on o.event_id = l.event_id order by l.died_at desc limit $1`,
  params: ["int4"],
  row: { consumer: "text", type: "text", event_id: "uuid", aggregate: "text", aggregate_id: "uuid", attempts: "int4", died_at: "timestamptz", last_error: "text" },
  budget: { access: "scan", maxRows: SHOWN },
});

export const command: Command = {
  name: "events",
  usage: "status|dead|retry [consumer]",
  summary: "how far the telling of events is behind; the dead letters; retry puts these back, of all or of one consumer",
  options: DATA_DIR,
  examples: ["martgraph events status", "martgraph events retry mail"],
  async run(values, [verb = "status", consumer]) {
    if (!["status", "dead", "retry"].includes(verb)) throw new SetupError(`"events ${verb}" is not known: it is events status, dead or retry.`);
    const json = values["json"] === true;
    const installation = await openInstallation({ dataDir: textOption(values, "data-dir"), progress: createProgress(json), log: createLog("events"), attach: true });
    const tell = (answer: object, lines: readonly string[]) => void process.stdout.write(json ? `${JSON.stringify(answer)}\n` : lines.map((line) => `  ${line}\n`).join(""));
    try {
      const db = installation.owner("shop");
      if (verb === "retry") {
        const revived = await reviveDeadLetters(db, consumer);
        tell({ revived }, [revived === 0 ? "There are no dead letters." : `${revived} are told again.`]);
      } else if (verb === "dead") {
        const rows = await db.many(deadLetters, [SHOWN]);
        tell({ dead: rows }, rows.length === 0 ? ["There are no dead letters."] : rows.map((row) => `${row.died_at.toISOString()} ${row.consumer} ${row.type} of ${row.aggregate} ${row.aggregate_id}, ${row.attempts} tries: ${row.last_error}`));
      } else {
        const status = await readRelayStatus(db);
        tell(status, [
          `not looked at yet: ${status.undispatched.waiting}`,
          ...status.consumers.map((one) => `${one.name}${one.isActive ? "" : " (off)"}: ${one.waiting} waiting${one.waiting > 0 ? `, the oldest for ${Math.round(one.lagSeconds)} s` : ""}, ${one.dead} dead`),
        ]);
      }
      return 0;
    } finally {
      await installation.lifecycle.close();
    }
  },
};

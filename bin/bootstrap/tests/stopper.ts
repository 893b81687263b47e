// Says which signals reach it, into a file because its launcher may be gone by then; stops after the first one.
import { appendFileSync } from "node:fs";

const [file = "", ending = ""] = process.argv.slice(2);
const say = (text: string) => appendFileSync(file, `${text}\n`);
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();
say("up");
if (ending === "ends") process.exitCode = 7;
else {
  const running = setInterval(() => {}, 60_000);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      say(signal);
      setTimeout(() => {
        say("closed");
        clearInterval(running);
        process.exitCode = 3;
      }, 200);
    });
  }
}

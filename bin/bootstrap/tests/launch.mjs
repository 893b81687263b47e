// Hands over to stopper.ts as martgraph.mjs hands over to main.ts.
import { fileURLToPath } from "node:url";
import { handOver } from "../handOver.mjs";

process.exitCode = await handOver(fileURLToPath(new URL("./stopper.ts", import.meta.url)), process.argv.slice(2), { ownSession: true });

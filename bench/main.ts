import { readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * `npm run bench` runs every bench/<name>.bench.ts in turn, `npm run bench -- name ...` those named. Each is a program that
 * prints what it measured; nothing is asserted.
 */
const available = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".bench.ts")).map((file) => file.slice(0, -".bench.ts".length)).sort();
const wanted = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const unknown = wanted.find((name) => !available.includes(name));
if (unknown !== undefined) {
  process.stderr.write(`martgraph: there is no benchmark "${unknown}": there are ${available.join(", ")}.\n`);
  process.exitCode = 1;
} else {
  for (const name of wanted.length > 0 ? wanted : available) {
    process.stdout.write(`\n== ${name}\n`);
    const module = (await import(join(import.meta.dirname, `${name}.bench.ts`))) as { bench: () => Promise<void> };
    await module.bench();
  }
}

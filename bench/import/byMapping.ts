import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childEnvironment } from "#platform/config.ts";

const MAIN = join(import.meta.dirname, "../../bin/main.ts");
const ROWS = 20_000;
const MAPPING = `version: 1
name: many
currency: GBP
sources: { p: { files: products.csv } }
attributes: { colour: { name: Colour, variant: true, filterable: true } }
imports:
  - entity: product
    from: p
    group: { by: ref }
    fields:
      externalRef: ref
      name: name
      status: { constant: ACTIVE }
      descriptionHtml: { column: text, transforms: [textToHtml] }
      categories: category
      variant.sku: sku
      variant.options: { map: { colour: colour } }
      variant.price: price
      variant.stock: stock
`;

interface Measured { readonly seconds: number; readonly cpuSeconds: number; /** Undefined where the system does not tell. */ readonly peakMb: number | undefined; readonly said: string }

/** What `martgraph import --mapping` takes for a product file, in the process of its own that it always has; what starting takes is measured by a file of one row. */
export async function measureByMapping(say: (what: string, value: string) => void): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "martgraph-bench-"));
  chmodSync(dir, 0o755);
  try {
    writeFileSync(join(dir, "many.yml"), MAPPING);
    const run = (name: string) => importOf(join(dir, "data"), join(dir, "many.yml"), join(dir, name));
    for (const [name, rows] of [["one", 1], ["many", ROWS]] as const) {
      mkdirSync(join(dir, name));
      writeFileSync(join(dir, name, "products.csv"), table(rows));
    }
    await run("one"); // makes the installation
    const start = await run("one");
    const first = await run("many");
    const again = await run("many");
    say("import by mapping, one row: what starting takes", told(start));
    for (const [what, one] of [[`import by mapping, ${ROWS} variants of ${ROWS / 2} products`, first], ["  the same file again, all unchanged", again]] as const) {
      say(what, `${Math.round(ROWS / (one.seconds - start.seconds))} rows/s, ${((1000 * (one.cpuSeconds - start.cpuSeconds)) / ROWS).toFixed(2)} ms of CPU a row without starting; ${told(one)}`);
    }
    if (first.peakMb !== undefined && start.peakMb !== undefined) say("  peak memory of many rows to that of one", (first.peakMb / start.peakMb).toFixed(2));
    say("  CPU of the second time to that of the first", ((again.cpuSeconds - start.cpuSeconds) / (first.cpuSeconds - start.cpuSeconds)).toFixed(2));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const told = ({ seconds, cpuSeconds, peakMb }: Measured) => `${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU, peak ${peakMb === undefined ? "not known" : `${Math.round(peakMb)} MB`}`;

function table(rows: number): string {
  const line = (n: number) => `R${n >> 1},Product ${n >> 1},R${n >> 1}-${n % 2},${n % 90}.${String(n % 100).padStart(2, "0")},${n % 50},"A thing for the house, number ${n >> 1}. It does what it should, and a little more.",Home/Room ${(n >> 1) % 40},${n % 2 === 0 ? "red" : "blue"}\n`;
  return `ref,name,sku,price,stock,text,category,colour\n${Array.from({ length: rows }, (_, n) => line(n)).join("")}`;
}

/** The process's own figures, not those of PostgreSQL: it tells them of itself while it runs, in Linux' process table. */
async function importOf(dataDir: string, mapping: string, from: string): Promise<Measured> {
  const began = performance.now();
  const child = spawn(process.execPath, [MAIN, "import", "--json", "--data-dir", dataDir, "--mapping", mapping, "--from", from], { env: childEnvironment(), stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  let peakMb: number | undefined;
  let cpuSeconds = 0;
  const look = setInterval(() => {
    try {
      peakMb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? Number.NaN) / 1024;
      // Fields 14 and 15, in hundredths of a second; the name before them may hold spaces.
      const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      cpuSeconds = (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      // gone, or no Linux
    }
  }, 50);
  const code = await new Promise<number | null>((done) => child.once("close", done));
  clearInterval(look);
  if (code !== 0) throw new Error(`the import ended with ${code}: ${said}`);
  return { seconds: (performance.now() - began) / 1000, cpuSeconds, peakMb: peakMb !== undefined && Number.isNaN(peakMb) ? undefined : peakMb, said };
}

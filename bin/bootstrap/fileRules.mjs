// What neither the compiler nor the linter sees: sizes and habits of whole files. Prints each finding; exit code 1 with any.
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { PROJECT_DIR } from "./project.mjs";

const LONGEST = 300;
/** A contract is one file however long its descriptions are, so .graphql is not counted; nor are migrations. */
const COUNTED = new Set([".ts", ".mjs", ".py", ".sh"]);
const SKIPPED = new Set(["node_modules", ".git", ".martgraph", "generated", "golden", "target", "logs", "__pycache__", "coverage"]);
/** Written by a generator though they stand among hand-written files. */
const GENERATED_MARK = /^(\/\/|#|--|\/\*|""") ?(generated|@generated)/i;

const RULES = [
  {
    applies: (file) => COUNTED.has(extname(file)),
    find: (text) => {
      const lines = text.trimEnd().split("\n").length;
      return lines > LONGEST ? `${lines} lines, the most is ${LONGEST}: split it by what its parts are about` : undefined;
    },
  },
  {
    applies: (file) => file.endsWith(".ts"),
    find: (text) => (/^export \* /m.test(text) ? '"export *" makes a barrel: import from the file that has it' : undefined),
  },
  {
    applies: (file) => file.endsWith(".ts"),
    find: (text) => {
      const wrong = /^(?:import|export)[^"']*from\s+["']((?:\.\.?\/|#)[^"']*)["']/gm;
      for (const [, path] of text.matchAll(wrong)) if (!/\.(ts|mjs|json)$/.test(path)) return `import "${path}" needs its file ending`;
      return undefined;
    },
  },
  {
    applies: (file) => file.endsWith(".ts"),
    find: (text) => (/(\/\/|\*|#).*\b(TODO|FIXME|XXX)\b/.test(text) ? "a note of unfinished work: finish it or write a decision" : undefined),
  },
];

function* walk(dir) {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    if (SKIPPED.has(entry.name)) continue;
    const path = join(dir, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isFile()) yield path;
  }
}

let findings = 0;
for (const path of walk(PROJECT_DIR)) {
  const file = relative(PROJECT_DIR, path);
  const rules = RULES.filter((rule) => rule.applies(file));
  if (rules.length === 0) continue;
  const text = readFileSync(path, "utf8");
  if (GENERATED_MARK.test(text)) continue;
  for (const rule of rules) {
    const finding = rule.find(text);
    if (finding === undefined) continue;
    findings += 1;
    process.stdout.write(`    ${file}: ${finding}\n`);
  }
}
process.exitCode = findings > 0 ? 1 : 0;

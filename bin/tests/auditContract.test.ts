import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { needsPermission } from "#kit/rule.ts";
import { sliceRules } from "../access/graphRules.ts";

// Each slice's tests fail besides where such a mutation succeeds and leaves no line (subgraphs/kit/testing/auditedActs.ts).
const WITHOUT: Readonly<Record<string, string>> = {
  paymentWebhookReceive: "a provider's message, no person's act: it is kept whole in the inbox",
  dataExportOpen: "the gateway hands a person their own data out, by a link that only they have",
  paymentChallengeAnswer: "the payer's own answer, handed in by the gateway",
  // Analytics holds no login of the shop, where the audit log is.
  pipelineRunRequest: "the request stands in the warehouse's own ledger, with who made it",
  sqlQuerySave: "saved statements carry their owner; every run of one stands in the ledger of SQL attempts",
  sqlQueryDelete: "only one's own are deleted; the ledger of SQL attempts keeps what was run",
  sqlQueryCancel: "only one's own are cancelled, and the ledger of SQL attempts says so",
};

const ROOT = join(import.meta.dirname, "..", "..", "subgraphs");

/** Sources of a slice that write lines into the audit log, or hand their action to one that does. */
function auditing(slice: string): string {
  const files = globSync("{commands,resolvers}/**/*.ts", { cwd: join(ROOT, slice) }).map((file) => ({ name: basename(file), source: readFileSync(join(ROOT, slice, file), "utf8") }));
  const writers = files.filter(({ source }) => /\baudit[A-Za-z]*\(/.test(source));
  const callers = files.filter(({ source }) => writers.some(({ name }) => source.includes(`/${name}"`)));
  return [...writers, ...callers].map(({ source }) => source).join("\n");
}

test("every mutation that needs a permission writes who did it, or says why not", () => {
  const silent: string[] = [];
  let privileged = 0;
  for (const { name, rules } of sliceRules()) {
    const sources = auditing(name);
    for (const [field, rule] of rules) {
      const [type, mutation] = field.split(".") as [string, string];
      if (type !== "Mutation" || !needsPermission(rule)) continue;
      privileged += 1;
      if (!sources.includes(`"${mutation}"`)) silent.push(mutation);
    }
  }
  expect(silent.sort()).toEqual(Object.keys(WITHOUT).sort());
  expect(privileged).toBeGreaterThan(30);
});

import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";

/** Names every test that did not run and why, so that "green" never hides that something was missing. */
export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines: string[] = [];
    for (const module of modules) {
      for (const test of module.children.allTests("skipped")) {
        const result = test.result();
        const note = result.state === "skipped" && result.note ? result.note : "no reason given: pass one to context.skip(reason)";
        lines.push(`  ${relative(process.cwd(), module.moduleId)} > ${test.fullName}: ${note}`);
      }
    }
    if (lines.length > 0) process.stdout.write(`\n did not run:\n${lines.join("\n")}\n`);
  }
}

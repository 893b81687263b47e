import { createRequire } from "node:module";
import { defineConfig } from "vitest/config";
import { proofMode } from "./platform/config.ts";

/**
 * Vite takes a package's "module" file where Node takes "main": our sources would get one copy of graphql and the
 * packages another, and graphql refuses types of another copy.
 */
const resolve = { alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve("graphql") }] };

const everywhere = { exclude: ["**/node_modules/**", "**/.martgraph/**"] };

/**
 * Two projects: `pure` does no I/O, `real` runs on a real PostgreSQL that one global setup starts for the run.
 * `npm test`, or for a part: npx vitest run --project pure, npx vitest run subgraphs/orders
 */
export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ["default", "./platform/testing/skippedReporter.ts"],
    projects: [
      {
        resolve,
        test: {
          ...everywhere,
          name: "pure",
          include: ["**/*.test.ts"],
          exclude: [...everywhere.exclude, "**/*.db.test.ts", "**/*.e2e.test.ts"],
          testTimeout: 10_000,
        },
      },
      {
        resolve,
        test: {
          ...everywhere,
          name: "real",
          include: ["**/*.db.test.ts", "**/*.e2e.test.ts"],
          globalSetup: ["platform/testing/globalSetup.ts"],
          // the long proofs run in full under `npm run proof`
          testTimeout: proofMode() ? 3_600_000 : 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});

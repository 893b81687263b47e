import type { TestProject } from "vitest/node";
import { startTestServer, type TestServer } from "./testPostgres.ts";

declare module "vitest" {
  export interface ProvidedContext {
    testServer: TestServer;
  }
}

/** One PostgreSQL for the whole run; vitest calls what comes back when the run is over. */
export default async function globalSetup(project: TestProject): Promise<() => Promise<void>> {
  const { server, stop } = await startTestServer();
  project.provide("testServer", server);
  return stop;
}

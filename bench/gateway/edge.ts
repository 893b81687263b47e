import { answerer } from "#gateway/answer.ts";
import { composeSupergraph } from "#gateway/compose.ts";
import { chooseOperation, documentStore } from "#gateway/documents.ts";
import { operationExecutor } from "#gateway/execute.ts";
import { loadFederation } from "#gateway/federation.ts";
import { inProcessTransport } from "#gateway/fetch/inProcess.ts";
import { dataSource } from "#gateway/fetch/source.ts";
import { startGraphQLServer } from "#gateway/graphqlServer.ts";
import { DEFAULT_LIMITS } from "#gateway/limits/limits.ts";
import { gatewayMetrics } from "#gateway/metrics.ts";
import type { Asked } from "#gateway/request.ts";
import { resultText } from "#gateway/resultText.ts";
import { FIXTURE_SDL, fixtures } from "#gateway/tests/fixtures/subgraphs.ts";
import { GUEST } from "#kit/viewer.ts";
import { silentLog } from "#platform/log.ts";
import { cpuPerRun } from "./measure.ts";

const QUERIES = {
  "one entity": "query One($n: Int) { person(id: \"p1\") { name } goods(first: $n) { id } }",
  "a page": "query Page($n: Int) { goods(first: 20) { id name views owner { name likes { name views } } similar(first: 4) { name views owner { name } } } rest: goods(first: $n) { id } }",
};

/** CPU that a request spends on its bounds and in Apollo Server, beside what running it takes; HTTP itself is left out. */
export async function measureEdge(say: (what: string, value: string) => void): Promise<void> {
  const { subgraphs } = fixtures();
  const { supergraphSdl } = composeSupergraph(FIXTURE_SDL);
  const metrics = gatewayMetrics();
  const sources = new Map(subgraphs.map((subgraph) => [subgraph.name, dataSource(subgraph.name, inProcessTransport(subgraph, silentLog), DEFAULT_LIMITS, metrics)]));
  const federation = await loadFederation(supergraphSdl, (name) => sources.get(name) as ReturnType<typeof dataSource>, silentLog);
  const documents = documentStore(federation.schema, DEFAULT_LIMITS);
  const execute = operationExecutor(federation, DEFAULT_LIMITS, silentLog);
  const server = await startGraphQLServer({
    schema: federation.schema, supergraphSdl, documents, limits: DEFAULT_LIMITS, execute, log: silentLog,
    drain: async () => {}, closed: () => federation.close(),
  });
  const answer = answerer(server, documents, DEFAULT_LIMITS);
  const asked: Asked = {
    viewer: GUEST, requestId: "bench-0001", gone: new AbortController().signal, method: "POST",
    headers: new Map([["content-type", "application/json"]]),
  };
  for (const [name, query] of Object.entries(QUERIES)) {
    let turn = 0;
    // Another value each time: no two of them share a run.
    const given = () => ({ query, operationName: undefined, variables: { n: 1, turn: (turn += 1) } });
    const through = async (): Promise<string> => (await answer(given(), asked)).body;
    const around = async (): Promise<string> => {
      const params = given();
      const prepared = documents.prepare(params.query);
      return resultText((await execute({ given: params, prepared, operation: chooseOperation(prepared, undefined), asked }, params.variables)).result);
    };
    if ((await through()) !== (await around())) throw new Error(`the answers to "${name}" differ`);
    const rounds = { warm: 500, runs: 500 };
    let [server, executor] = [Infinity, Infinity];
    // In turns: what is measured second finds warmer code.
    for (let round = 0; round < 3; round += 1) {
      server = Math.min(server, await cpuPerRun(through, rounds));
      executor = Math.min(executor, await cpuPerRun(around, rounds));
    }
    say(`bounds and Apollo Server around ${name}`, `${((server - executor) * 1000).toFixed(0)} µs of ${(server * 1000).toFixed(0)} CPU-µs per request`);
  }
  await server.stop();
}

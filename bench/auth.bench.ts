import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import { ACCESS_TOKEN } from "#kit/claims.ts";
import { type Answer, graphOf } from "#kit/testing/graphOf.ts";
import { memoryCache } from "#platform/cache/memory.ts";
import { wallClock } from "#platform/clock.ts";
import { Database } from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import { silentLog } from "#platform/log.ts";
import { startEmbeddedPostgres } from "#platform/postgres/embeddedPostgres.ts";
import { uuidV7 } from "#schema/values/ids.ts";
import { createPasswordHasher, type PasswordHasher } from "#subgraphs/users/ports/passwordHash.ts";
import { createUsersSubgraph } from "#subgraphs/users/subgraph.ts";
import { cropped, mean, welch } from "./auth/welch.ts";

const option = (name: string, fallback: number) => Number(process.argv.find((word) => word.startsWith(`--${name}=`))?.split("=")[1] ?? fallback);
const say = (what: string, value: string) => void process.stdout.write(`${what.padEnd(58)} ${value}\n`);
const PASSWORD = "correct horse battery";

/** What logins and refreshes cost, how a flood of logins is shed, and whether time tells who is known. Limits of attempts are off: they would be measured instead. */
export async function bench(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "martgraph-bench-auth-"));
  chmodSync(dir, 0o755);
  const server = await startEmbeddedPostgres({ dataDir: dir, log: () => {} });
  const login = (database: string, user = server.superuser, password = server.password) => ({ host: server.socketDir, port: server.port, database, user, password });
  const admin = Database.open({ ...login("postgres"), max: 1 });
  await admin.raw("create database shop");
  await admin.close();
  const shop = Database.open({ ...login("shop"), max: 2 });
  await migrate(shop, join(import.meta.dirname, "../schema/sql/shop"));
  await shop.raw("alter role martgraph_users password 'bench'");
  const db = Database.open({ ...login("shop", "martgraph_users", "bench"), max: 8 });
  const keys = await generateKeyPair(ACCESS_TOKEN.algorithm, { extractable: true });
  const cache = memoryCache();
  const dataKey = randomBytes(32).toString("base64url");
  const privateJwk = await exportJWK(keys.privateKey);
  const withHasher = (hasher: PasswordHasher) => createUsersSubgraph({
    db, hasher, log: silentLog, clocks: { business: wallClock, wall: wallClock }, tokenKey: { privateJwk }, dataKey, forgetSeconds: 0,
    cache: { ...cache, incr: async () => ({ count: 1, endsInMs: 1_000 }) },
  });
  const hashers = { real: createPasswordHasher(), cheap: createPasswordHasher({ cost: { memoryCost: 8, timeCost: 1, parallelism: 1 } }) };
  const [real, cheap] = [await withHasher(hashers.real), await withHasher(hashers.cheap)];
  try {
    await measure(shop, hashers, { real: graphOf(real), cheap: graphOf(cheap) });
  } finally {
    await real.close();
    await cheap.close();
    await cache.close();
    await db.close();
    await shop.close();
    await server.stop("fast");
    rmSync(dir, { recursive: true, force: true });
  }
}

type Kinds<T> = Readonly<Record<"real" | "cheap", T>>;

async function measure(shop: Database, hashers: Kinds<PasswordHasher>, { real: graph, cheap }: Kinds<ReturnType<typeof graphOf>>): Promise<void> {
  const samples = option("samples", 2_000);
  // Two hashes of a login take a tenth of a second: two thousand of them would hide nothing, and take minutes.
  const hashed = option("hashed", 200);
  for (const [domain, hasher] of [["example.com", hashers.real], ["cheap.example", hashers.cheap]] as const) {
    await shop.raw("insert into users.users (email, password_hash, created_at) select 'known' || n || '@' || $3, $1, now() from generate_series(1, $2) n", [await hasher.hash(PASSWORD), samples, domain]);
  }
  await shop.raw("analyze");
  const runOn = async (on: Pick<typeof graph, "run">, query: string, input: object): Promise<Answer> => (await on.run(query, { input })).data["answer"] as Answer;
  const run = (query: string, input: object, viewer?: Parameters<typeof graph.as>[0]) => runOn(viewer ? graph.as(viewer) : graph, query, input);

  const LOGIN = "mutation ($input: LoginInput!) { answer: login(input: $input) { __typename ... on TokenPair { accessToken refreshToken user { id } } ... on UserError { code } } }";
  const started = process.cpuUsage();
  const pairs: Answer[] = [];
  const logins = 100;
  const beganAt = performance.now();
  await Promise.all(Array.from({ length: 4 }, async (_, lane) => {
    for (let n = lane; n < logins; n += 4) pairs.push(await run(LOGIN, { email: `known${n + 1}@example.com`, password: PASSWORD }));
  }));
  const used = process.cpuUsage(started);
  say("logins, 4 at a time (two hashes each)", `${(logins / ((performance.now() - beganAt) / 1000)).toFixed(1)}/s, ${((used.user + used.system) / 1000 / logins).toFixed(1)} CPU-ms each`);

  const floodAt = performance.now();
  const flood = await Promise.all(Array.from({ length: 500 }, async (_, n) => {
    const { __typename } = await run(LOGIN, { email: `known${(n % samples) + 1}@example.com`, password: "a wrong guess" });
    return { shed: __typename === "RateLimited", ms: performance.now() - floodAt };
  }));
  const shed = flood.filter((one) => one.shed);
  say("a flood of 500 logins at once", `${shed.length} shed, the last of them after ${Math.round(Math.max(0, ...shed.map((one) => one.ms)))} ms; all over after ${Math.round(Math.max(...flood.map((one) => one.ms)))} ms`);

  const REFRESH = "mutation ($input: TokenRefreshInput!) { answer: tokenRefresh(input: $input) { __typename ... on TokenPair { refreshToken } ... on UserError { code } } }";
  let token = String(pairs[0]?.["refreshToken"]);
  const refreshes = 500;
  const refreshStarted = process.cpuUsage();
  const refreshAt = performance.now();
  for (let n = 0; n < refreshes; n += 1) token = String((await run(REFRESH, { refreshToken: token }))["refreshToken"]);
  const refreshUsed = process.cpuUsage(refreshStarted);
  say("refreshes of one session, one after the other", `${(refreshes / ((performance.now() - refreshAt) / 1000)).toFixed(0)}/s, ${((refreshUsed.user + refreshUsed.system) / 1000 / refreshes).toFixed(2)} CPU-ms each`);
  const raceAt = performance.now();
  const race = await Promise.all(Array.from({ length: 1_000 }, () => run(REFRESH, { refreshToken: token })));
  say("1,000 uses of one token at once", `${new Set(race.map((one) => one["refreshToken"])).size} successor, ${Math.round(performance.now() - raceAt)} ms`);

  process.stdout.write(`\nWelch's t of known against unknown addresses, one call after the other in random order; beyond 4.5 they differ\n`);
  const compare = async (what: string, count: number, domain: string, call: (email: string) => Promise<unknown>): Promise<void> => {
    const times: Record<"known" | "unknown", number[]> = { known: [], unknown: [] };
    for (let n = 1; n <= count; n += 1) {
      const kind = Math.random() < 0.5 ? "known" : "unknown";
      const at = performance.now();
      await call(`${kind}${n}@${domain}`);
      times[kind].push(performance.now() - at);
    }
    const [known, unknown] = cropped(times.known, times.unknown);
    say(`  ${what}, ${count} in all`, `t ${welch(known, unknown).toFixed(2)} (all samples ${welch(times.known, times.unknown).toFixed(2)}); ${mean(known).toFixed(3)} and ${mean(unknown).toFixed(3)} ms`);
  };
  await compare("passwordResetRequest", samples, "example.com", (email) => run("mutation ($input: PasswordResetRequestInput!) { answer: passwordResetRequest(input: $input) { __typename } }", { email }));
  const me = await shop.raw<{ id: string }>("select id from users.users where email = 'known1@example.com'");
  const viewer = () => ({ userId: me.rows[0]?.id ?? "", roles: ["CUSTOMER"] as const, vendorIds: [], sessionId: uuidV7(new Date()), authenticatedAt: Math.floor(Date.now() / 1000) });
  await compare("emailChangeRequest", samples, "example.com", (email) => run("mutation ($input: EmailChangeRequestInput!) { answer: emailChangeRequest(input: $input) { __typename } }", { email: email.replace("known1@", "known2@") }, viewer()));
  const REGISTER = "mutation ($input: RegisterInput!) { answer: register(input: $input) { __typename } }";
  const hashing: [string, number, string, typeof graph][] = [["hashes of 8 KiB", samples, "cheap.example", cheap], ["the hashes of the shop", hashed, "example.com", graph]];
  for (const [by, count, domain, on] of hashing) {
    await compare(`login, wrong password, ${by}`, count, domain, (email) => runOn(on, LOGIN, { email, password: "a wrong guess" }));
    await compare(`register, ${by}`, count, domain, (email) => runOn(on, REGISTER, { email, password: PASSWORD }));
  }
}

import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { identityOf } from "#platform/postgres/processes.ts";
import { csvText } from "#shopdata/tests/retailFixture.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { addressFromUrl } from "../install/databases.ts";
import { type CallOptions, endEverything, makeScratch, martgraph } from "./startedProduct.ts";

/** What a start refuses: one sentence that names the cure, exit code 1, and nothing begun. */
const scratch = makeScratch();
const isRoot = process.getuid?.() === 0;
const dirs: string[] = [];
const newDir = (name: string) => {
  const dir = join(scratch, name);
  dirs.push(dir);
  return dir;
};
afterAll(async () => {
  await endEverything(dirs);
  rmSync(scratch, { recursive: true, force: true });
}, 120_000);

/** Starts, and answers the sentence of the refusal. */
async function refusal(dataDir: string, args: readonly string[] = [], options: CallOptions = {}): Promise<string> {
  const { code, stderr } = await martgraph(["start", "--port", "0", "--size", "tiny", "--data-dir", dataDir, ...args], options);
  const sentence = /^\nmartgraph: ([^\n]+)\n$/.exec(stderr)?.[1];
  expect({ code, stderr, oneSentence: sentence !== undefined }).toMatchObject({ code: 1, oneSentence: true });
  expect(sentence).not.toMatch(/unexpected|undefined|\bat .*\.ts:|Error:/);
  return sentence ?? "";
}

describe("what a start refuses", { timeout: 600_000 }, () => {
  test("a port in use, before anything is made", async () => {
    const dir = newDir("port");
    const server = createServer();
    const port = await new Promise<number>((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)));
    try {
      expect(await refusal(dir, ["--port", String(port)])).toBe(`Port ${port} on 127.0.0.1 is in use: stop what listens there, or choose another with --port (0 takes a free one).`);
      const { code, stdout, stderr } = await martgraph(["start", "--json", "--port", String(port), "--data-dir", dir]);
      expect([code, stdout, JSON.parse(stderr)]).toEqual([1, "", { error: expect.stringMatching(/^Port \d+ on 127\.0\.0\.1 is in use/) }]);
    } finally {
      server.close();
    }
    expect(existsSync(dir)).toBe(false);
  });

  test.each([
    [["--clock", "5"], /^--clock is "5"; it takes an instant such as/],
    [["--clock", "2011-09-10T12:00"], /^--clock is .* instant such as/],
    [["--port", "4000.5"], /^--port is "4000\.5"; it takes a whole number from 0 to 65535\.$/],
    [["--size", "Tiny"], /^--size is "Tiny"; it takes tiny or demo\.$/],
    [["--host", "192.0.2.1"], /^Port 0 on 192\.0\.2\.1 cannot be opened \(EADDRNOTAVAIL\)/],
    [["--data", "/no/such/folder"], /^--data names \/no\/such\/folder, which does not exist/],
  ])("%j", async (args, sentence) => {
    const dir = newDir("wrong");
    expect(await refusal(dir, args)).toMatch(sentence);
    expect(existsSync(dir)).toBe(false);
  });

  test("data files that are empty, damaged or of another kind: nothing is loaded, and the right ones are taken afterwards", async () => {
    const dir = newDir("files");
    const data = join(scratch, "retail");
    mkdirSync(data);
    const file = join(data, "orders.csv.gz");
    expect(await refusal(dir, ["--data", data])).toMatch(/holds no \.csv or \.csv\.gz file/);
    expect(existsSync(dir)).toBe(false);

    const whole = gzipSync(csvText(Array.from({ length: 2_000 }, (_, index) => ({ invoice: String(500_000 + index), price: `${index + 1}.25` }))));
    writeFileSync(file, whole.subarray(0, whole.length / 2));
    expect(await refusal(dir, ["--data", data])).toMatch(/orders\.csv\.gz.*(cut|damaged|incomplete|end)/);
    writeFileSync(file, gzipSync(csvText([{}]).replace("Quantity", "Amount")));
    expect(await refusal(dir, ["--data", data])).toMatch(/orders\.csv\.gz.*Quantity/);
    writeFileSync(file, gzipSync(csvText([{}, { price: "cheap" }])));
    expect(await refusal(dir, ["--data", data])).toMatch(/orders\.csv\.gz, line 3.*cheap/);
    writeFileSync(file, gzipSync(csvText([{}])));
    expect(await refusal(dir, ["--data", data, "--clock", "2009-01-01"])).toMatch(/2009-01-01.*before the last invoice.*choose a later time/);

    const { code, stderr } = await martgraph(["import", "--json", "--data-dir", dir, "--data", data]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(await refusal(dir, ["--data", data, "--reset", "--size", "huge"])).toMatch(/^--size/);
    writeFileSync(file, gzipSync(csvText([{ quantity: 2 }])));
    expect(await refusal(dir, ["--data", data])).toMatch(/--reset/);
  });

  test("a data directory that may not be written", async ({ skip }) => {
    // Root may write anywhere: somebody else has to try.
    const account = isRoot ? { uid: 65_534, gid: 65_534 } : {};
    const closed = join(scratch, "closed");
    mkdirSync(closed, { mode: 0o555 });
    if (isRoot) {
      const probe = await martgraph(["--help"], account);
      skip(probe.code !== 0, "this folder of the project cannot be read by the user nobody, and root may write anywhere");
    }
    expect(await refusal(join(closed, "data"), [], account)).toMatch(/closed\/data cannot be used: this user may not write there \((EACCES|EPERM)\); choose another with --data-dir/);
    expect(await refusal(closed, [], account)).toMatch(/cannot be used: this user may not write there/);
    chmodSync(closed, 0o755);
    writeFileSync(join(scratch, "file"), "x");
    expect(await refusal(join(scratch, "file", "data"))).toMatch(/cannot be used: part of its path is a file/);
  });

  test("a folder that the account of PostgreSQL may not enter", async ({ skip }) => {
    skip(!isRoot, "only root has to borrow another account for PostgreSQL");
    const own = join(scratch, "own");
    mkdirSync(own, { mode: 0o700 });
    expect(await refusal(join(own, "data"))).toMatch(/PostgreSQL cannot run as root, .*may not enter .*own \(mode 0700\).*chmod o\+x/);
  });

  test.each([
    ["half a file", '{"version": 1, "databasePass'],
    ["a document that lacks what it should hold", '{"version": 1, "databasePasswords": {}}'],
    ["an empty file", ""],
  ])("damaged secrets: %s", async (_what, content) => {
    const dir = newDir("secrets");
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, "secrets.json"), content);
    expect(await refusal(dir)).toBe(`The file ${dir}/secrets.json is damaged: restore it from a backup, or begin anew with --reset.`);
    expect(readFileSync(join(dir, "secrets.json"), "utf8")).toBe(content);
    expect(existsSync(join(dir, "postgres"))).toBe(false);
  });

  test("a directory that another process holds", async () => {
    const dir = newDir("held");
    mkdirSync(dir);
    writeFileSync(join(dir, "owner.1"), JSON.stringify({ pid: process.pid, identity: identityOf(process.pid) }));
    expect(await refusal(dir)).toBe(`The data directory ${dir} is held by process ${process.pid}: stop that one first, or choose another directory with --data-dir.`);
  });
});

describe("a PostgreSQL of one's own", { timeout: 600_000 }, () => {
  const databases = useTestDatabases({ shop: true, warehouse: true });
  const own = (shop: string, warehouse = shop) => ({ env: { MARTGRAPH_SHOP_URL: shop, MARTGRAPH_WAREHOUSE_URL: warehouse } });

  test("a wrong password, a server that does not answer, half of the two settings, and no URL at all", async () => {
    const dir = newDir("external");
    const { host, port, user } = databases.shop.config;
    const shop = `postgresql://${user}:not-this-one@/${databases.shop.name}?host=${encodeURIComponent(host)}&port=${port}`;
    expect(await refusal(dir, [], own(shop))).toMatch(new RegExp(`refused the password of user "${user}": check the password$`));
    expect(await refusal(dir, [], own("postgresql://martgraph:secret@127.0.0.1:1/shop"))).toMatch(/^database ".*" at 127\.0\.0\.1:1 does not answer: check that the server runs and is reachable$/);
    expect(await refusal(dir, [], own("postgresql://martgraph:secret@no-such-host.invalid/shop"))).toMatch(/no-such-host\.invalid:5432 does not answer/);
    expect(await refusal(dir, [], { env: { MARTGRAPH_SHOP_URL: shop } })).toMatch(/^MARTGRAPH_SHOP_URL and MARTGRAPH_WAREHOUSE_URL go together/);
    for (const wrong of ["localhost/secret", "mysql://u:secret@h/shop", "postgresql://u:secret@h:99999/shop", "postgresql://u:%zzsecret@h/shop"]) {
      const sentence = await refusal(dir, [], own(wrong, shop));
      expect(sentence).toMatch(/^MARTGRAPH_SHOP_URL is no PostgreSQL URL: give it as postgresql:/);
      expect(sentence).not.toMatch(/secret/);
    }
  });

  test("the forms of a URL", () => {
    const of = (text: string) => addressFromUrl(text, "X", "shop");
    expect(of("postgresql://u:p%40ss@db.example:6543/mine")).toEqual({ host: "db.example", port: 6543, user: "u", password: "p@ss", database: "mine" });
    expect(of("postgres://db.example")).toEqual({ host: "db.example", port: 5432, user: "postgres", password: "", database: "shop" });
    expect(of("postgresql://u:p@/mine?host=%2Frun%2Fpg&port=6543")).toEqual({ host: "/run/pg", port: 6543, user: "u", password: "p", database: "mine" });
    expect(of("postgresql:///mine?host=/run/pg")).toMatchObject({ host: "/run/pg", port: 5432, database: "mine" });
  });
});

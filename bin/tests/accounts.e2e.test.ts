import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fillSmallShop } from "#kit/testing/smallShop.ts";
import { Database } from "#platform/db/database.ts";
import { startRelay } from "#platform/events/relay/relay.ts";
import { silentLog } from "#platform/log.ts";
import { createFileMailer } from "#platform/mail/files.ts";
import { mailConsumer } from "#platform/mail/mailConsumer.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { ACCOUNT_MAIL_TYPES, composeAccountMail } from "#subgraphs/users/mail/accountMail.ts";
import { type Data, serveTestGraph, type ServedGraph } from "./servedGraph.ts";

// An account's life as its person sees it: the graph, the mails as files, and the pages that their links lead to.
describe("an account", () => {
  const databases = useTestDatabases({ shop: true, warehouse: true });
  const dir = mkdtempSync(join(tmpdir(), "martgraph-mail-"));
  const closes: (() => Promise<unknown>)[] = [];
  let graph: ServedGraph;
  beforeAll(async () => {
    const owner = Database.open({ ...databases.shop.config, max: 2 });
    await fillSmallShop(owner);
    await owner.close();
    graph = await serveTestGraph("one process", databases.shop, databases.warehouse);
    const db = Database.open({ ...databases.shop.as("martgraph_relay"), max: 6 });
    const mailer = createFileMailer({ dir, from: "The Shop <shop@martgraph.example>" });
    const compose = { db, shop: "The Shop", webUrl: () => graph.url };
    const relay = await startRelay({ db, log: silentLog, consumers: [mailConsumer({ db, mailer, types: ACCOUNT_MAIL_TYPES, compose: (event) => composeAccountMail(compose, event), domain: "martgraph.example", log: silentLog })] });
    closes.push(() => relay.stop(), () => mailer.close(), () => db.close());
  });
  afterAll(async () => {
    for (const close of closes) await close();
    await graph?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  async function ask(query: string, variables: object = {}, token?: string): Promise<Data> {
    const response = await fetch(`${graph.url}/graphql`, {
      method: "POST", body: JSON.stringify({ query, variables }), headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    });
    const body = (await response.json()) as { data?: Data; errors?: Data[] };
    return { status: response.status, ...body.data, errors: body.errors };
  }
  const seen = new Set<string>();
  /** The link of the next mail with this subject, as it stands in the file. */
  async function linkOf(subject: string): Promise<string> {
    for (let attempt = 0; attempt < 400; attempt += 1) {
      for (const name of readdirSync(dir).filter((file) => file.endsWith(".eml") && !seen.has(file))) {
        const text = readFileSync(join(dir, name), "utf8");
        if (!text.includes(`Subject: ${subject}`)) continue;
        seen.add(name);
        // Long lines of a mail are folded: quoted-printable.
        const link = new RegExp(`${graph.url}/account/[^\\s<"]+`).exec(text.replaceAll("=\n", "").replaceAll("=3D", "="))?.[0];
        if (link) return link;
      }
      await sleep(25);
    }
    throw new Error(`no mail "${subject}" arrived`);
  }
  const page = async (link: string, form?: Record<string, string>) => {
    const response = await fetch(link, form ? { method: "POST", body: new URLSearchParams(form) } : {});
    return { status: response.status, text: await response.text(), csp: response.headers.get("content-security-policy"), referrer: response.headers.get("referrer-policy") };
  };
  const PAIR = "__typename ... on TokenPair { accessToken refreshToken user { id emailVerified } } ... on UserError { code }";
  const login = async (password: string): Promise<Data> => (await ask(`mutation ($input: LoginInput!) { login(input: $input) { ${PAIR} } }`, { input: { email: "ada@example.org", password } }))["login"];

  test("is opened, proven by the link of the mail, gets a new password by another, and its sessions end", async () => {
    const opened = (await ask(`mutation ($input: RegisterInput!) { register(input: $input) { ${PAIR} } }`, { input: { email: "ada@example.org", password: "correct horse battery" } }))["register"] as Data;
    expect(opened).toMatchObject({ __typename: "TokenPair", user: { emailVerified: false } });

    const verify = await linkOf("Confirm your e-mail address");
    // Whoever only opens the link, a person or a program, changes nothing.
    for (let round = 0; round < 3; round += 1) expect(await page(verify)).toMatchObject({ status: 200, csp: expect.stringContaining("default-src 'none'"), referrer: "no-referrer" });
    expect((await ask("{ me { emailVerified } }", {}, opened["accessToken"]))["me"]).toEqual({ emailVerified: false });
    expect((await page(verify, {})).text).toContain("Your address is confirmed");
    expect(await page(verify, {})).toMatchObject({ status: 400, text: expect.stringContaining("This link was used") });
    const second = await login("correct horse battery");
    expect(second).toMatchObject({ __typename: "TokenPair", user: { id: opened["user"].id, emailVerified: true } });

    expect((await page(`${graph.url}/account/reset`)).text).toContain("E-mail address of your account");
    expect((await page(`${graph.url}/account/reset`, { email: "no address" }))).toMatchObject({ status: 400 });
    const known = await page(`${graph.url}/account/reset`, { email: "ada@example.org" });
    const unknown = await page(`${graph.url}/account/reset`, { email: "nobody@example.org" });
    expect(known).toEqual(unknown);
    const reset = await linkOf("Choose a new password");
    expect((await page(reset)).text).toContain("New password");
    expect(await page(reset, { password: "short" })).toMatchObject({ status: 400, text: expect.stringContaining("too short") });
    expect((await page(reset, { password: "another horse battery" })).text).toContain("Your password is changed");
    await linkOf("Your password was changed");
    expect(await login("correct horse battery")).toMatchObject({ code: "INVALID_CREDENTIALS" });
    for (const pair of [opened, second]) {
      await expect.poll(async () => (await ask("{ me { id } }", {}, pair["accessToken"]))["status"], { timeout: 10_000 }).toBe(401);
      expect((await ask(`mutation ($t: String!) { tokenRefresh(input: { refreshToken: $t }) { ${PAIR} } }`, { t: pair["refreshToken"] }))["tokenRefresh"]).toMatchObject({ code: "INVALID_REFRESH_TOKEN" });
    }
    const third = await login("another horse battery");
    expect(third).toMatchObject({ __typename: "TokenPair" });

    await ask("mutation { emailChangeRequest(input: { email: \"lovelace@example.org\" }) { __typename } }", {}, third["accessToken"]);
    const change = await linkOf("Confirm your new e-mail address");
    await linkOf("Your e-mail address is about to change");
    expect((await page(change)).status).toBe(200);
    expect((await page(change, {})).text).toContain("Your account has its new address");
    expect((await ask("{ me { email emailVerified } }", {}, third["accessToken"]))["me"]).toEqual({ email: "lovelace@example.org", emailVerified: true });
  });

  test("whoever opens one with a known address is told nothing, and the mailbox is", async () => {
    const first = (await ask(`mutation ($input: RegisterInput!) { register(input: $input) { ${PAIR} } }`, { input: { email: "lovelace@example.org", password: "a thief's password" } }))["register"];
    expect(first).toMatchObject({ __typename: "TokenPair", user: { emailVerified: false } });
    expect(await linkOf("You have an account already")).toBe(`${graph.url}/account/reset`);
  });

  test("its pages take what is theirs and nothing else", async () => {
    for (const path of ["/account/verify", "/account/verify?token=", "/account/email?token=<script>", `/account/reset?token=${"a".repeat(10_000)}`, "/account/verify?token=../../etc"]) {
      const { status, text } = await page(`${graph.url}${path}`);
      expect(status, path.slice(0, 60)).toBe(404);
      expect(text).not.toContain("<script>");
    }
    const good = `${graph.url}/account/reset?token=${"a".repeat(43)}`;
    expect((await page(good, { password: "x".repeat(5_000) })).status).toBe(413);
    expect((await page(good, { password: "correct horse battery" })).text).toContain("This link was used");
    expect((await fetch(good, { method: "DELETE" })).status).toBe(405);
    expect((await fetch(`${graph.url}/account/other`)).status).toBe(404);
  });
});

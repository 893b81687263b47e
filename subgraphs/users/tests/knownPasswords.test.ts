import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silentLog } from "#platform/log.ts";
import { commonOnes, rangeService } from "../ports/knownPasswords.ts";

test.each(["password1", "Password1", "QWERTYUIOP", "iloveyou", "1q2w3e4r", "sunshine1"])("%s is what everybody tries first", async (password) => expect(await commonOnes.isKnown(password)).toBe(true));
test.each(["correct horse battery", "vier kleine worte hier", "toString", "__proto__"])("%s is not", async (password) => expect(await commonOnes.isKnown(password)).toBe(false));

describe("a service of stolen passwords", () => {
  const asked: string[] = [];
  let server: Server;
  let url: string;
  let answer: (path: string) => { status: number; body: string };
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      const { status, body } = answer(request.url ?? "");
      response.writeHead(status).end(body);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((done) => server.close(done)));
  const digestOf = (password: string) => createHash("sha1").update(password).digest("hex").toUpperCase();

  test("is told five digits of forty and knows by the rest; a padding of zero sightings is none", async () => {
    const digest = digestOf("stolen horse battery");
    answer = () => ({ status: 200, body: `0000000000000000000000000000000000A:3\r\n${digest.slice(5)}:17\r\n` });
    expect(await rangeService(url, silentLog).isKnown("stolen horse battery")).toBe(true);
    expect(await rangeService(url, silentLog).isKnown("correct horse battery")).toBe(false);
    answer = () => ({ status: 200, body: `${digest.slice(5)}:0\r\n` });
    expect(await rangeService(url, silentLog).isKnown("stolen horse battery")).toBe(false);
    expect(asked).toEqual([`/range/${digest.slice(0, 5)}`, `/range/${digestOf("correct horse battery").slice(0, 5)}`, `/range/${digest.slice(0, 5)}`]);
  });

  test("keeps nobody from choosing a password while it is away or talks nonsense; the list that is built in holds", async () => {
    for (const reply of [{ status: 500, body: "" }, { status: 302, body: "" }, { status: 200, body: "\0".repeat(500_000) }]) {
      answer = () => reply;
      expect(await rangeService(url, silentLog).isKnown("stolen horse battery")).toBe(false);
    }
    expect(await rangeService("http://127.0.0.1:1", silentLog).isKnown("stolen horse battery")).toBe(false);
    expect(await rangeService("http://127.0.0.1:1", silentLog).isKnown("Password1")).toBe(true);
  });
});

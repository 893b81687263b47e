import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MODES, testGateway } from "./fixtures/harness.ts";
import type { TestGateway } from "./fixtures/harness.ts";

describe.each(MODES)("who must see the latest, %s", (mode) => {
  let gateway: TestGateway;
  beforeAll(async () => { gateway = await testGateway(mode); });
  afterAll(() => gateway.close());

  test("a person who has just changed something, in the change itself and afterwards; nobody else", async () => {
    const [ada, grace] = [await gateway.tokens.token(), await gateway.tokens.token({ claims: { sub: "01900000-0000-7000-8000-0000000000aa" } })];
    const saw = async (query: string, token?: string) => {
      gateway.seen.length = 0;
      const { body } = await gateway.ask(query, token ? { token } : {});
      expect(body.errors).toBeUndefined();
      return gateway.seen.map(({ fresh }) => fresh ?? false);
    };
    expect(await saw("{ goods(first: 1) { name } }", ada)).toEqual([false]);
    expect((await saw('mutation { rename(id: "p2", name: "Grace") { name } }', ada))[0]).toBe(true);
    expect(await saw("{ goods(first: 1) { id views } }", ada)).toEqual([true, true]);
    expect(await saw("{ goods(first: 1) { id } }", grace)).toEqual([false]);
    expect(await saw("{ goods(first: 1) { id } }")).toEqual([false]);
  });
});

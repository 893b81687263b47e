import { afterAll, beforeAll, expect } from "vitest";
import type { Answer } from "#kit/testing/graphOf.ts";
import { GUEST, type Viewer } from "#kit/viewer.ts";
import { Database } from "#platform/db/database.ts";
import type { RelayedEvent } from "#platform/events/relay/consumer.ts";
import type { ComposedMail } from "#platform/mail/mailConsumer.ts";
import { ACCOUNT_MAIL_TYPES, composeAccountMail } from "../mail/accountMail.ts";
import { useUsersSlice } from "./sessionSlice.ts";

export const PASSWORD = "correct horse battery";
export const OTHER = "another horse battery";
const ON_ERROR = "... on UserError { code message path }";

export const tokenIn = ({ text }: { text: string }): string => /\?token=([\w-]{43})\s/.exec(text)?.[1] ?? "";

/** The users slice of useUsersSlice, and a relay that writes its mails when it is asked to. */
export function useAccountMails() {
  const users = useUsersSlice();
  const { slice, register, viewerOf } = users;
  let relay: Database;
  let told = 0n;
  beforeAll(() => { relay = Database.open({ ...slice.databases.shop.as("martgraph_relay"), max: 2 }); });
  afterAll(() => relay?.close());

  const run = async (viewer: Viewer, field: string, input: object | undefined, selection = ""): Promise<Answer> => {
    const type = `${field[0]?.toUpperCase()}${field.slice(1)}`;
    const text = input ? `mutation ($input: ${type}Input!) { ${field}(input: $input) { __typename ${selection} ${ON_ERROR} } }` : `mutation { ${field} { __typename ${selection} ${ON_ERROR} } }`;
    return (await slice.graph.as(viewer).run(text, input ? { input } : {})).data[field] as Answer;
  };
  const post = (event: RelayedEvent) => composeAccountMail({ db: relay, shop: "Test Shop", webUrl: () => "https://shop.test" }, event);

  /** The events that ask for mails and were not told yet. */
  async function wanted(): Promise<RelayedEvent[]> {
    const { rows } = await slice.owner.raw<Record<string, unknown>>("select * from platform.outbox o where o.type = any($1) and o.position > $2 order by o.position", [ACCOUNT_MAIL_TYPES, told]);
    told = (rows.at(-1)?.["position"] as bigint | undefined) ?? told;
    return rows.map((row) => ({ id: row["event_id"], type: row["type"], version: 1, aggregate: row["aggregate"], aggregateId: row["aggregate_id"], position: row["position"], payload: row["payload"], occurredAt: row["occurred_at"], attempts: 1 }) as RelayedEvent);
  }
  /** What a relay would write now. */
  async function mails(): Promise<ComposedMail[]> {
    const written = [];
    for (const event of await wanted()) written.push(await post(event));
    return written.filter((mail) => mail !== undefined);
  }
  async function oneMail(message: string): Promise<ComposedMail> {
    const found = (await mails()).filter((mail) => mail.message === message);
    expect(found).toHaveLength(1);
    return found[0] as ComposedMail;
  }
  /** An account whose address is proven, by who is logged in to it. */
  async function proven(email: string): Promise<Answer> {
    const pair = await register(email);
    expect(await run(await viewerOf(pair), "emailVerify", { token: tokenIn(await oneMail("verifyEmail")) })).toMatchObject({ __typename: "EmailVerifySuccess" });
    return pair;
  }
  const isVerified = async (pair: Answer) => (await slice.graph.as(await viewerOf(pair)).run("{ me { emailVerified } }")).data["me"].emailVerified as boolean;
  const resetTokenFor = async (email: string) => {
    await run(GUEST, "passwordResetRequest", { email });
    return tokenIn(await oneMail("resetPassword"));
  };
  return { ...users, run, post, wanted, mails, oneMail, proven, isVerified, resetTokenFor, get relay() { return relay; } };
}

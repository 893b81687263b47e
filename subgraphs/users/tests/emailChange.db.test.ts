import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Answer } from "#kit/testing/graphOf.ts";
import { GUEST } from "#kit/viewer.ts";
import type { RelayedEvent } from "#platform/events/relay/consumer.ts";
import type { ComposedMail } from "#platform/mail/mailConsumer.ts";
import { decodeId } from "#schema/values/ids.ts";
import { ACCOUNT_MAIL_TYPES } from "../mail/accountMail.ts";
import { OTHER, PASSWORD, tokenIn, useAccountMails } from "./accountMails.ts";

const account = useAccountMails();
const { slice, pass, viewerOf, register, login, refresh, run, post, wanted, mails, proven, resetTokenFor } = account;

describe("emailChangeRequest and emailChange", () => {
  const ask = async (pair: Answer, email: string) => run(await viewerOf(pair), "emailChangeRequest", { email }, "... on EmailChangeRequestSuccess { email }");

  test("EmailChangeRequestSuccess and EmailChangeSuccess: the new address is proven, the old one was told, and no longer logs in", async () => {
    const pair = await proven("from@example.test");
    expect(await ask(pair, "To@example.test ")).toEqual({ __typename: "EmailChangeRequestSuccess", email: "to@example.test" });
    const written = await mails();
    expect(written.map(({ message, to }) => [message, to])).toEqual([["changeEmail", "to@example.test"], ["emailChangeNotice", "from@example.test"]]);
    expect((await login("from@example.test"))["__typename"]).toBe("TokenPair");
    expect(await run(GUEST, "emailChange", { token: tokenIn(written[0] as ComposedMail) }, "... on EmailChangeSuccess { email }")).toEqual({ __typename: "EmailChangeSuccess", email: "to@example.test" });
    expect((await login("from@example.test"))["__typename"]).toBe("InvalidCredentials");
    expect((await login("to@example.test"))["user"]).toEqual({ id: pair["user"].id, email: "to@example.test" });
  });

  test("EmailChangeRequestSuccess: for an address that another account has, by the same statements; its mail says so and holds no token", async () => {
    await proven("taken@example.test");
    const pair = await proven("asker@example.test");
    const ASK = "mutation ($email: String!) { emailChangeRequest(input: { email: $email }) { __typename ... on EmailChangeRequestSuccess { email } } }";
    const runs = [];
    for (const email of ["taken@example.test", "free@example.test"]) runs.push(await slice.graph.as(await viewerOf(pair)).run(ASK, { email }));
    expect(runs[0]?.statements).toEqual(runs[1]?.statements);
    const written = (await mails()).filter(({ message }) => message !== "emailChangeNotice");
    expect(written.map(({ message, to }) => [message, to])).toEqual([["accountExists", "taken@example.test"], ["changeEmail", "free@example.test"]]);
  });

  test("EmailTaken: another account proves the address first; InvalidToken: then for whoever is logged in to another account, after the password or the old address changed", async () => {
    const pair = await proven("race@example.test");
    await ask(pair, "goal@example.test");
    const token = tokenIn((await mails())[0] as ComposedMail);
    await proven("goal@example.test");
    expect(await run(GUEST, "emailChange", { token })).toMatchObject({ __typename: "EmailTaken", code: "EMAIL_TAKEN", path: ["input", "token"] });
    await slice.owner.raw("update users.users set email_verified_at = null where email = 'goal@example.test'");
    const stranger = await viewerOf(await register("passer-by@example.test"));
    await mails();
    expect(await run(stranger, "emailChange", { token })).toMatchObject({ __typename: "InvalidToken" });
    await slice.owner.raw("update users.users set email = 'other@example.test' where id = $1", [decodeId("usr", pair["user"].id)]);
    expect(await run(GUEST, "emailChange", { token })).toMatchObject({ __typename: "InvalidToken" });
    await slice.owner.raw("update users.users set email = 'race@example.test' where id = $1", [decodeId("usr", pair["user"].id)]);
    await run(await viewerOf(pair), "passwordChange", { currentPassword: PASSWORD, password: OTHER });
    expect(await run(GUEST, "emailChange", { token })).toMatchObject({ __typename: "InvalidToken" });
    await mails();
  });

  test("InvalidEmail: no address, or the present one; StepUpRequired: more than five minutes after the proof; RateLimited: eleven in a minute", async () => {
    const pair = await proven("same@example.test");
    expect(await ask(pair, "SAME@example.test")).toMatchObject({ __typename: "InvalidEmail", message: "This is the account's address already." });
    expect(await ask(pair, "no address")).toMatchObject({ __typename: "InvalidEmail" });
    for (let n = 0; n < 10; n += 1) expect(await ask(pair, `n${n}@example.test`)).toMatchObject({ __typename: "EmailChangeRequestSuccess" });
    expect(await ask(pair, "n11@example.test")).toMatchObject({ __typename: "RateLimited" });
    pass(301);
    expect(await ask(await refresh(pair["refreshToken"]), "late@example.test")).toMatchObject({ __typename: "StepUpRequired" });
    await mails();
  });

  test("what was asked for before a reset is not written after it", async () => {
    const pair = await proven("taken-over@example.test");
    await ask(pair, "thief@example.test");
    const [change] = await wanted();
    const token = await resetTokenFor("taken-over@example.test");
    expect(await run(GUEST, "passwordReset", { token, password: OTHER })).toMatchObject({ __typename: "PasswordResetSuccess" });
    expect(await post(change as RelayedEvent)).toBeUndefined();
    await mails();
  });
});

describe("mails", () => {
  test("a token stands in its mail and nowhere else: not in the database, not in an event", async () => {
    await proven("secret@example.test");
    const token = await resetTokenFor("secret@example.test");
    const hex = Buffer.from(token, "base64url").toString("hex");
    const { rows } = await slice.owner.raw<{ text: string }>(`select row_to_json(x)::text as text from users.one_time_tokens x union all select row_to_json(x)::text from users.account_mail_requests x
      union all select row_to_json(x)::text from platform.outbox x union all select row_to_json(x)::text from platform.mails x`);
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter(({ text }) => text.includes(token) || text.includes(hex))).toEqual([]);
    expect(rows.filter(({ text }) => text.includes(createHash("sha256").update(token).digest("hex")))).toHaveLength(1);
    const { rows: events } = await slice.owner.raw<{ payload: string }>("select payload::text from platform.outbox where type = any($1)", [ACCOUNT_MAIL_TYPES]);
    expect(events.filter(({ payload }) => payload.includes("@"))).toEqual([]);
  });

  test("an event that is told again after its mail went out leaves the token in that mail good; before, the newest copy's", async () => {
    await proven("retold@example.test");
    await run(GUEST, "passwordResetRequest", { email: "retold@example.test" });
    const [event] = (await wanted()) as [RelayedEvent];
    const lost = tokenIn((await post(event)) as ComposedMail);
    const token = tokenIn((await post(event)) as ComposedMail);
    await slice.owner.raw("insert into platform.mails (event_id, message, sent_at) values ($1, 'resetPassword', clock_timestamp())", [event.id]);
    expect(await post(event)).toBeUndefined();
    expect(await run(GUEST, "passwordReset", { token: lost, password: OTHER })).toMatchObject({ __typename: "InvalidToken" });
    expect(await run(GUEST, "passwordReset", { token, password: OTHER })).toMatchObject({ __typename: "PasswordResetSuccess" });
    await mails();
  });

  test("ten an hour to one address, however many are asked for; notices of what has changed are written all the same", async () => {
    await proven("flood@example.test");
    await slice.owner.raw("insert into users.account_mail_requests (kind, email, opened_at) select 'RESET_PASSWORD', 'flood@example.test', clock_timestamp() from generate_series(1, 10)");
    await run(GUEST, "passwordResetRequest", { email: "flood@example.test" });
    expect(await mails()).toEqual([]);
    await run(await viewerOf(await login("flood@example.test")), "passwordChange", { currentPassword: PASSWORD, password: OTHER });
    expect((await mails()).map(({ message }) => message)).toEqual(["passwordChanged"]);
  });

  test("who writes mails can make a token good by asking, and neither read nor use one", async () => {
    for (const table of ["users.one_time_tokens", "users.account_mail_requests", "users.users", "users.sessions", "users.refresh_tokens"]) await expect(account.relay.raw(`select from ${table}`)).rejects.toThrow(/permission denied/);
    await expect(slice.db.raw("select users.open_account_mail(uuidv7(), uuidv7(), sha256('x'))")).rejects.toThrow(/permission denied/);
  });
});

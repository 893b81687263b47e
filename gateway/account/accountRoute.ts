import type { IncomingMessage, ServerResponse } from "node:http";
import type { ClientInfo } from "#kit/subgraph.ts";
import { GUEST } from "#kit/viewer.ts";
import type { Log } from "#platform/log.ts";
import type { Transport } from "../fetch/source.ts";
import { messagePage, PAGE_HEADERS } from "../http/htmlPage.ts";
import { readBytes } from "#kit/readBytes.ts";
import { respond, respondJson } from "../http/respond.ts";
import { askForResetPage, emailPage, resetPage, verifyPage } from "./pages.ts";

export interface AccountRoute {
  /** False when the path is none of accounts. */
  handle(path: string, request: IncomingMessage, response: ServerResponse, requestId: string): Promise<boolean>;
}

const FORM_BYTES = 4_000;
/** Forms being worked on: one of them may cost a password's hash. */
const MOST_FORMS = 32;
const DEADLINE_MS = 19_000;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

const VERIFY = "mutation AccountVerify($input: EmailVerifyInput!) { answer: emailVerify(input: $input) { __typename ... on UserError { message } } }";
const EMAIL = "mutation AccountEmail($input: EmailChangeInput!) { answer: emailChange(input: $input) { __typename ... on UserError { message } } }";
const RESET = "mutation AccountReset($input: PasswordResetInput!) { answer: passwordReset(input: $input) { __typename ... on UserError { message } } }";
const ASK = "mutation AccountResetRequest($input: PasswordResetRequestInput!) { answer: passwordResetRequest(input: $input) { __typename ... on UserError { message } } }";

/**
 * The pages that the links of mails lead to, so that accounts work without a frontend. They are asked and answered as anybody may ask
 * the graph, by nobody in particular: the token in the address is all that counts.
 */
export function accountRoute(users: Transport | undefined, clientOf: (request: IncomingMessage) => ClientInfo, log: Log): AccountRoute {
  let forms = 0;

  async function ask(query: string, input: object, request: IncomingMessage, requestId: string): Promise<{ __typename: string; message?: string }> {
    if (!users) throw new Error("there is no users subgraph");
    const operationName = /^mutation (\w+)/.exec(query)?.[1] as string;
    // A change is carried through, whoever waits for it.
    const { signal } = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, failed) => { timer = setTimeout(() => failed(new Error("users did not answer in time")), DEADLINE_MS); });
    try {
      const call = { query, operationName, variables: { input }, request: { viewer: GUEST, requestId, signal, client: clientOf(request) } };
      const { data, errors } = await Promise.race([users.fetch(call, DEADLINE_MS), late]);
      if (errors?.length || !data) throw new Error(errors?.[0]?.message ?? "no answer");
      return data["answer"] as { __typename: string; message?: string };
    } finally {
      clearTimeout(timer);
    }
  }

  async function handlePage(name: "verify" | "email" | "reset", request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    const show = (status: number, html: string, headers: Readonly<Record<string, string>> = {}) => respond(response, status, "text/html; charset=utf-8", html, { ...PAGE_HEADERS, ...headers });
    const isPost = request.method === "POST";
    if (!isPost && request.method !== "GET" && request.method !== "HEAD") return respondJson(response, 405, { error: "The page is read or answered." }, { allow: "GET, HEAD, POST" });
    const token = new URLSearchParams((request.url ?? "").split("?")[1] ?? "").get("token");
    const isAsking = name === "reset" && token === null;
    if (!isAsking && !TOKEN.test(token ?? "")) return show(404, messagePage("This link is not whole", "Copy it from the mail as it stands there, or ask for a new mail."));
    if (!isPost) return show(200, isAsking ? askForResetPage() : name === "verify" ? verifyPage() : name === "email" ? emailPage() : resetPage());
    if (forms >= MOST_FORMS) return show(503, messagePage("One moment", "Too many are asking at this moment: try again shortly."), { "retry-after": "2", connection: "close" });
    forms += 1;
    try {
      const body = await readBytes(request, FORM_BYTES);
      if (!body) return show(413, messagePage("Too long", "What was sent is longer than any password or address."), { connection: "close" });
      const form = new URLSearchParams(body.toString("utf8"));
      switch (name) {
        case "verify": {
          const answer = await ask(VERIFY, { token }, request, requestId);
          return answer.message === undefined ? show(200, messagePage("Your address is confirmed", "You can close this page.")) : show(400, messagePage("This did not work", answer.message));
        }
        case "email": {
          const answer = await ask(EMAIL, { token }, request, requestId);
          return answer.message === undefined ? show(200, messagePage("Your account has its new address", "Log in with it from now on.")) : show(400, messagePage("This did not work", answer.message));
        }
        case "reset": {
          if (isAsking) {
            const answer = await ask(ASK, { email: form.get("email") ?? "" }, request, requestId);
            return answer.message === undefined ? show(200, messagePage("Look into your mailbox", "If an account has this address, a mail is on its way to it.")) : show(400, askForResetPage(answer.message));
          }
          const answer = await ask(RESET, { token, password: form.get("password") ?? "" }, request, requestId);
          if (answer.message === undefined) return show(200, messagePage("Your password is changed", "Log in with the new one."));
          return show(400, answer.__typename === "InvalidToken" ? messagePage("This did not work", answer.message) : resetPage(answer.message));
        }
      }
    } catch (error) {
      log.warn({ requestId, page: name, error }, "a page about an account could not be answered");
      return show(503, messagePage("One moment", "This cannot be done at the moment: try again shortly."), { "retry-after": "5" });
    } finally {
      forms -= 1;
    }
  }

  return {
    async handle(path, request, response, requestId) {
      const name = /^\/account\/(verify|email|reset)$/.exec(path)?.[1] as "verify" | "email" | "reset" | undefined;
      if (!name || !users) return false;
      await handlePage(name, request, response, requestId);
      return true;
    },
  };
}

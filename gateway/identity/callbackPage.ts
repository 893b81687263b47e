import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { CALLBACK_PATH } from "#platform/identitySettings.ts";
import { respond } from "../http/respond.ts";
import { escaped, messagePage, page, PAGE_HEADERS } from "../http/htmlPage.ts";

/** Hands the answer to the page that opened this one, if it is of this very origin; a page from elsewhere gets nothing. */
const SCRIPT = `if (window.opener) { const back = Object.fromEntries(new URLSearchParams(location.search)); window.opener.postMessage({ type: "martgraph.identity", provider: location.pathname.split("/").pop(), ...back }, location.origin); }`;

const HAND_OVER = `<script>${SCRIPT}</script>`;

const HEADERS = {
  ...PAGE_HEADERS,
  "content-security-policy": PAGE_HEADERS["content-security-policy"].replace("default-src 'none';", `default-src 'none'; script-src 'sha256-${createHash("sha256").update(SCRIPT).digest("base64")}';`),
};

const PATH = new RegExp(`^${CALLBACK_PATH}[a-z][a-z0-9]{0,29}$`);
const LONGEST = { code: 4_000, state: 100, iss: 500, error: 100 } as const;

/**
 * Where identity providers send browsers back to: shows what came along, for `identityLoginComplete`, and hands it to the page that opened
 * this one. Nothing is looked up or decided here, and without the secret that the opener keeps, code and state are worth nothing.
 */
export function callbackPage(path: string, request: IncomingMessage, response: ServerResponse): boolean {
  if (!PATH.test(path) || (request.method !== "GET" && request.method !== "HEAD")) return false;
  const show = (status: number, html: string): void => respond(response, status, "text/html; charset=utf-8", html, HEADERS);
  const given = new URLSearchParams((request.url ?? "").split("?")[1] ?? "");
  const isOdd = Object.entries(LONGEST).some(([name, most]) => given.getAll(name).length > 1 || (given.get(name)?.length ?? 0) > most);
  if (isOdd || given.get("state") === null) show(400, messagePage("This is no answer of a provider", "The address is incomplete. Go back to the shop and log in again."));
  else if (given.get("code") === null) show(200, page("Not logged in", `<p>The provider did not let you in, or you changed your mind. You can close this page and log in again.</p>${HAND_OVER}`));
  else {
    const fields = (["code", "state", "iss"] as const).map((name) => (given.get(name) === null ? "" : `<p><label>${name}<br><input name="${name}" readonly size="40" value="${escaped(given.get(name) as string)}"></label></p>\n`));
    show(200, page("Back from the provider", `<p>The shop goes on where you left it; you can close this page. A program without a page of its own calls identityLoginComplete with these:</p>\n${fields.join("")}${HAND_OVER}`));
  }
  return true;
}

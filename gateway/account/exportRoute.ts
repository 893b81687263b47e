import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Viewer } from "#kit/viewer.ts";
import { openObjectStore, type ObjectsOptions } from "#platform/objects/open.ts";
import type { Transport } from "../fetch/source.ts";
import { messagePage, page, PAGE_HEADERS } from "../http/htmlPage.ts";
import { respond, respondJson } from "../http/respond.ts";

export interface ExportRoute {
  /** False when the path is not that of copies. */
  handle(path: string, request: IncomingMessage, response: ServerResponse, requestId: string): Promise<boolean>;
  close(): Promise<void>;
}

const PATH = "/account/export";
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const DEADLINE_MS = 19_000;
const SERVICE: Viewer = { userId: null, roles: ["SERVICE"], vendorIds: [] };
const OPEN = "mutation DataExportOpen($token: String!) { dataExportOpen(token: $token) { objectKey fileName } }";

const FORM = page("A copy of your data", `<p>It holds everything the shop knows about you. The link works once.</p>
<form method="post"><button>Download</button></form>
<p class="note">Whoever has the file knows it too: keep it where only you can read it.</p>`);
const GONE = messagePage("There is nothing to fetch", "The link was used, a newer mail has taken its place, or its time is over. Ask for a new copy in your account.");

/**
 * Hands out the copy of somebody's data that the link in their mail leads to. Opening the page changes nothing, so that a program which
 * looks mails over does not use the link up; the button does.
 */
export async function exportRoute(users: Transport | undefined, options: ObjectsOptions | undefined): Promise<ExportRoute> {
  if (!users || !options) return { handle: async () => false, close: async () => {} };
  const store = await openObjectStore(options);

  async function open(token: string, requestId: string): Promise<{ objectKey: string; fileName: string } | null> {
    const { signal } = new AbortController();
    const answer = await users?.fetch({ query: OPEN, operationName: "DataExportOpen", variables: { token }, request: { viewer: SERVICE, requestId, signal } }, DEADLINE_MS);
    if (!answer?.data || answer.errors?.length) throw new Error(answer?.errors?.[0]?.message ?? "no answer");
    return answer.data["dataExportOpen"] as { objectKey: string; fileName: string } | null;
  }

  return {
    async handle(path, request, response, requestId) {
      if (path !== PATH) return false;
      const show = (status: number, html: string) => respond(response, status, "text/html; charset=utf-8", html, PAGE_HEADERS);
      const isPost = request.method === "POST";
      if (!isPost && request.method !== "GET" && request.method !== "HEAD") {
        respondJson(response, 405, { error: "The page is read or answered." }, { allow: "GET, HEAD, POST" });
        return true;
      }
      const token = new URLSearchParams((request.url ?? "").split("?")[1] ?? "").get("token") ?? "";
      if (!TOKEN.test(token)) show(404, messagePage("This link is not whole", "Copy it from the mail as it stands there, or ask for a new copy."));
      else if (!isPost) show(200, FORM);
      else {
        const found = await open(token, requestId);
        const object = found && (await store.get(found.objectKey));
        if (!found || !object) show(404, GONE);
        else {
          response.writeHead(200, {
            ...PAGE_HEADERS, "content-type": "application/json", "content-length": object.size, "content-disposition": `attachment; filename="${found.fileName}"`,
            "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
          });
          await pipeline(object.body, response).catch(() => response.destroy());
        }
      }
      return true;
    },
    close: () => store.close(),
  };
}

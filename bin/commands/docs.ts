import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { integerOption, textOption, type Command } from "../cli/command.ts";
import { assertPortFree } from "../cli/ports.ts";
import { createProgress } from "../cli/progress.ts";

const HOST = "127.0.0.1";

export const command: Command = {
  name: "docs",
  summary: "dbt's own pages about the warehouse: models, columns, tests, metrics, and what is made of what; shows them on loopback or writes them into a folder",
  options: {
    out: { type: "string", value: "<folder>", help: "write index.html there and end, unless --port is given as well" },
    port: { type: "string", value: "<port>", help: "loopback port (default 8089, 0 takes a free one)" },
  },
  examples: ["martgraph docs", "martgraph docs --out warehouse-docs"],
  async run(values) {
    const json = values["json"] === true;
    const tell = (answer: object, lines: readonly string[]) => void process.stdout.write(json ? `${JSON.stringify(answer)}\n` : lines.map((line) => `  ${line}\n`).join(""));
    const out = textOption(values, "out");
    const serves = out === undefined || textOption(values, "port") !== undefined;
    const port = integerOption(values, "port", 8089, 0, 65_535);
    if (serves) await assertPortFree(port, HOST);
    const { dbtDocsPage } = await import("#warehouse/tools/dbtDocs.ts");
    const page = await createProgress(json).step("Write the pages", async () => ({ value: await dbtDocsPage() }));
    if (out !== undefined) {
      const file = join(resolve(out), "index.html");
      mkdirSync(resolve(out), { recursive: true });
      writeFileSync(file, page);
      tell({ file, bytes: Buffer.byteLength(page) }, [`${file}: one page that needs no server and no network.`]);
    }
    if (serves) await serve(page, port, (url) => tell({ ready: true, url }, [`Warehouse docs: ${url}`, "Ctrl-C stops it."]));
    return 0;
  },
};

/** Serves one page until a signal comes. */
async function serve(page: string, port: number, ready: (url: string) => void): Promise<void> {
  const server = createServer((request, response) => {
    const isPage = request.url === "/" || request.url?.startsWith("/?") || request.url === "/index.html";
    response.writeHead(isPage ? 200 : 404, { "content-type": isPage ? "text/html; charset=utf-8" : "text/plain", "x-content-type-options": "nosniff", "cache-control": "no-store" });
    response.end(request.method === "HEAD" ? undefined : isPage ? page : "not found\n");
  });
  await new Promise<void>((listening, failed) => server.once("error", failed).listen(port, HOST, listening));
  const stopped = new Promise<void>((stop) => process.once("SIGINT", () => stop()).once("SIGTERM", () => stop()));
  ready(`http://${HOST}:${(server.address() as AddressInfo).port}/`);
  await stopped;
  server.closeAllConnections();
  await new Promise<void>((closed) => server.close(() => closed()));
}

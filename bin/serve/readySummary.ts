import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tellingSettings } from "#platform/config.ts";
import type { DemoAccount } from "../install/accounts.ts";
import { PROJECT_DIR } from "../install/dataDir.ts";
import type { Installation } from "../install/installation.ts";

/** The last thing `start` prints: where everything is. With `json` it is one line for machines. */
export function readySummary(options: { installation: Installation; accounts: readonly DemoAccount[]; url: string; json: boolean }): void {
  const { installation, accounts, url } = options;
  const bi = biConnection(installation);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ ready: true, url, accounts, bi })}\n`);
    return;
  }
  const width = Math.max(...accounts.map((account) => account.email.length));
  const rows = accounts.map((account) => `    ${account.role.padEnd(9)} ${account.email.padEnd(width)}  ${account.password}`);
  const query = readFileSync(join(PROJECT_DIR, "schema/graphql/operations/FirstQuery.graphql"), "utf8").trimEnd();
  process.stdout.write(
    [
      "",
      `  Ready: ${url}   (GraphiQL at ${new URL("/", url).href})`,
      `  Numbers in pictures: ${new URL("/insights", url).href}   (log in as ANALYST or ADMIN)`,
      "",
      "  Accounts (kept in the data directory, for its owner alone)",
      ...rows,
      "",
      "  BI tools and analysts, schema marts",
      `    ${bi}`,
      "",
      ...(tellingSettings().smtpUrl === undefined ? [`  Mails to buyers are kept as files in ${join(installation.dir.root, "mail")} (docs/mail.md)`, ""] : []),
      "  A first query",
      ...query.split("\n").map((line) => `    ${line}`),
      "",
      "  Ctrl-C stops everything.",
      "",
    ].join("\n"),
  );
}

function biConnection(installation: Installation): string {
  const { host, port, database, user, password } = installation.databases.as("bi_reader");
  const login = `${user}:${encodeURIComponent(password)}`;
  if (installation.pgPort !== undefined) return `postgresql://${login}@127.0.0.1:${installation.pgPort}/${database}`;
  return host.startsWith("/") ? `postgresql://${login}@/${database}?host=${encodeURIComponent(host)}&port=${port}` : `postgresql://${login}@${host}:${port}/${database}`;
}

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { ServerResponse } from "node:http";
import { dirname, join } from "node:path";
import { respond } from "../http/respond.ts";
import { readExamples } from "./examples.ts";

const require = createRequire(import.meta.url);
const packageDir = (name: string): string => dirname(require.resolve(`${name}/package.json`));
const client = (file: string): string => join(import.meta.dirname, "client", file);

const HTML = "text/html; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";
const STYLE = "text/css; charset=utf-8";

/** Path -> file and type. Only these are served: a path never becomes a file name. */
const FILES: Readonly<Record<string, readonly [file: () => string, type: string]>> = {
  "/": [() => client("index.html"), HTML],
  "/graphiql/app.js": [() => client("app.js"), SCRIPT],
  "/graphiql/app.css": [() => client("app.css"), STYLE],
  "/graphiql/graphiql.min.js": [() => join(packageDir("graphiql"), "graphiql.min.js"), SCRIPT],
  "/graphiql/graphiql.min.css": [() => join(packageDir("graphiql"), "graphiql.min.css"), STYLE],
  "/graphiql/react.production.min.js": [() => join(packageDir("react"), "umd", "react.production.min.js"), SCRIPT],
  "/graphiql/react-dom.production.min.js": [() => join(packageDir("react-dom"), "umd", "react-dom.production.min.js"), SCRIPT],
};

/**
 * Scripts and calls stay with this gateway. Styles may be inline because the editor sets them from script; fonts and pictures
 * are data inside the style sheet.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'", "script-src 'self'", "connect-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data:", "font-src data:",
  "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
].join("; ");

/** GraphiQL as npm installed it, without a network. Files are read when first asked for and kept. */
export function graphiqlPages(): (path: string, response: ServerResponse) => boolean {
  const kept = new Map<string, Buffer>();
  const examples = JSON.stringify(readExamples());
  const headers = { "content-security-policy": CONTENT_SECURITY_POLICY };

  return (path, response) => {
    if (path === "/graphiql/operations.json") {
      respond(response, 200, "application/json; charset=utf-8", examples, headers);
      return true;
    }
    const known = Object.hasOwn(FILES, path) ? FILES[path] : undefined;
    if (!known) return false;
    const [file, type] = known;
    let body = kept.get(path);
    if (!body) {
      body = readFileSync(file());
      kept.set(path, body);
    }
    respond(response, 200, type, body, path.endsWith(".min.js") || path.endsWith(".min.css") ? { ...headers, "cache-control": "public, max-age=86400" } : headers);
    return true;
  };
}

import { setTimeout as sleep } from "node:timers/promises";

/** Superset refused something or is not what was expected; `message` is for the person who runs the command. */
export class SupersetError extends Error {
  override readonly name = "SupersetError";
  readonly status: number;
  constructor(message: string, status = 0, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

export interface Login {
  url: string;
  user: string;
  password: string;
}

export interface RequestOptions {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  json?: unknown;
  form?: FormData;
  timeoutMs?: number;
}

type Json = Record<string, unknown>;

/** One person's session at a Superset: token, anti-forgery token and the cookie it belongs to. */
export interface SupersetClient {
  readonly url: string;
  /** @throws SupersetError for every answer that is not 2xx. */
  json<T = Json>(path: string, options?: RequestOptions): Promise<T>;
  /** Bytes of a download. @throws SupersetError */
  bytes(path: string): Promise<Uint8Array>;
  /** All entries of a list, page by page. @throws SupersetError */
  list<T = Json>(path: string, columns?: readonly string[]): Promise<T[]>;
}

const TIMEOUT_MS = 120_000;
const PAGE = 100;

/** @throws SupersetError when it cannot be reached or refuses the login. */
export async function loginToSuperset({ url, user, password }: Login): Promise<SupersetClient> {
  const base = url.replace(/\/+$/, "");
  const cookies = new Map<string, string>();
  let headers: Record<string, string> = {};

  async function call(path: string, { method = "GET", json, form, timeoutMs = TIMEOUT_MS }: RequestOptions = {}): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${base}${path}`, {
        method,
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs),
        headers: { ...headers, referer: `${base}/`, cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "), ...(json === undefined ? {} : { "content-type": "application/json" }) },
        ...(form ? { body: form } : json === undefined ? {} : { body: JSON.stringify(json) }),
      });
    } catch (error) {
      throw new SupersetError(`No Superset answers at ${base} (${reason(error)}): check the address and that it is started.`, 0, { cause: error });
    }
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ""] = cookie.split(";");
      const at = pair.indexOf("=");
      if (at > 0) cookies.set(pair.slice(0, at).trim(), pair.slice(at + 1));
    }
    if (response.ok) return response;
    const text = await response.text();
    throw new SupersetError(`Superset answered ${response.status} to ${method} ${path.split("?")[0]}: ${toldBy(text)}`, response.status);
  }

  async function read<T>(path: string, options?: RequestOptions): Promise<T> {
    const response = await call(path, options);
    const text = await response.text();
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new SupersetError(`What answers at ${base}${path.split("?")[0]} is no Superset: it sent no JSON.`, response.status);
    }
  }

  try {
    const { access_token: token } = await read<{ access_token?: string }>("/api/v1/security/login", { method: "POST", json: { username: user, password, provider: "db", refresh: false } });
    if (!token) throw new SupersetError(`What answers at ${base} is no Superset.`);
    headers = { authorization: `Bearer ${token}` };
  } catch (error) {
    if (error instanceof SupersetError && error.status === 401) throw new SupersetError(`Superset at ${base} does not know the user "${user}" with this password.`, 401);
    throw error;
  }
  const { result } = await read<{ result: string }>("/api/v1/security/csrf_token/");
  headers = { ...headers, "x-csrftoken": result };
  return {
    url: base,
    json: read,
    async bytes(path) {
      return new Uint8Array(await (await call(path)).arrayBuffer());
    },
    async list<T>(path: string, columns?: readonly string[]) {
      const all: T[] = [];
      for (let page = 0; ; page += 1) {
        const query = risonQuery(page, columns);
        const { result: rows, count } = await read<{ result: T[]; count: number }>(`${path}?q=${encodeURIComponent(query)}`);
        all.push(...rows);
        if (rows.length === 0 || all.length >= count) return all;
        await sleep(0);
      }
    },
  };
}

/** Superset's lists take their paging as Rison (https://github.com/Nanonid/rison). */
function risonQuery(page: number, columns: readonly string[] | undefined): string {
  return `(${columns ? `columns:!(${columns.join(",")}),` : ""}page:${page},page_size:${PAGE})`;
}

function toldBy(text: string): string {
  try {
    const body = JSON.parse(text) as { message?: unknown; errors?: { message?: string; extra?: unknown }[]; msg?: string };
    if (body.errors?.length) return body.errors.map((one) => [one.message, one.extra ? JSON.stringify(one.extra) : ""].filter(Boolean).join(" ")).join("; ").slice(0, 2_000);
    const message = body.message ?? body.msg;
    return (typeof message === "string" ? message : JSON.stringify(message ?? body)).slice(0, 2_000);
  } catch {
    // an error page of Superset's, which says nothing that its log does not say better
    return /<html/i.test(text) ? "an error that only Superset's own log explains" : text.slice(0, 200) || "nothing";
  }
}

function reason(error: unknown): string {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  return cause?.code ?? cause?.message ?? (error as Error).message;
}

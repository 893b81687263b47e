import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";

/** How an upload is authorised and where it goes. */
export interface UploadTarget {
  readonly endpoint: string;
  readonly project: string;
  authorise(url: string): Promise<Headers>;
}

/**
 * Starts a load job with the rows in the same request, as they come. The library's own stream has no place for the job's labels and
 * location: it takes whatever it is given for options of the load.
 * @throws what BigQuery answered, `{code, errors, message}`
 */
export async function uploadLoad({ endpoint, project, authorise }: UploadTarget, job: { jobReference: object; configuration: object }, source: Readable): Promise<void> {
  const url = `${endpoint}/upload/bigquery/v2/projects/${project}/jobs?uploadType=multipart`;
  const boundary = randomUUID();
  const headers = await authorise(url);
  headers.set("content-type", `multipart/related; boundary="${boundary}"`);
  async function* body() {
    yield Buffer.from(`--${boundary}\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(job)}\r\n--${boundary}\r\ncontent-type: application/octet-stream\r\n\r\n`);
    for await (const chunk of source as AsyncIterable<Buffer | string>) yield Buffer.from(chunk);
    yield Buffer.from(`\r\n--${boundary}--`);
  }
  const answer = await fetch(url, { method: "POST", headers, body: Readable.toWeb(Readable.from(body())) as never, duplex: "half" } as RequestInit);
  if (answer.ok) {
    await answer.arrayBuffer();
    return;
  }
  const text = await answer.text();
  throw Object.assign(new Error(text.slice(0, 500)), { code: answer.status, ...errorIn(text) });
}

function errorIn(text: string): { message?: string; errors?: { reason?: string; message?: string }[] } {
  try {
    const { message, errors } = (JSON.parse(text) as { error: { message?: string; errors?: { reason?: string; message?: string }[] } }).error;
    return { ...(message ? { message } : {}), ...(errors ? { errors } : {}) };
  } catch {
    return {};
  }
}

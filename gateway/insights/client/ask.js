// Asking the one endpoint. The token lives in this module's memory alone: it ends with the page.

let token = "";

/** A sentence that can be shown to the reader. */
export class Problem extends Error {}

/** The session is over; who logs in again goes on. */
export class SessionEnded extends Problem {}

export const setToken = (next) => { token = next; };

/** The data of an operation. Rejects with a Problem, or with the browser's AbortError. `isLast` outlives the page it is asked from. */
export async function ask(query, variables, signal, isLast = false) {
  const sent = token;
  let response;
  try {
    response = await fetch("/graphql", {
      method: "POST", signal, keepalive: isLast, credentials: "omit", cache: "no-store",
      headers: { "content-type": "application/json", ...(sent ? { authorization: `Bearer ${sent}` } : {}) },
      body: JSON.stringify({ query, variables }),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem("The shop cannot be reached. Look at your connection, then try again.");
  }
  const body = await response.json().catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new Problem(`The shop gave an answer that cannot be read (HTTP ${response.status}). Try again shortly.`);
  });
  const [first] = body.errors ?? [];
  if (!first && body.data) return body.data;
  const code = first?.extensions?.code;
  if (sent && (response.status === 401 || code === "UNAUTHENTICATED")) {
    if (token === sent) token = "";
    throw new SessionEnded("Your session has ended. Log in again to go on.");
  }
  if (code === "FORBIDDEN") throw new Problem("Your account may not see these numbers.");
  throw new Problem(first?.message ?? "The shop gave no answer. Try again shortly.");
}

import { isConnectionError } from "./errors.ts";

export interface GroupCommitOptions<Request, Answer> {
  /** Decides all requests in one transaction, in the order given, and answers each one in its place. */
  readonly commit: (requests: readonly Request[]) => Promise<readonly Answer[]>;
  /** Most requests of one transaction; 256 where not given. */
  readonly maxBatch?: number;
}

/** Work of many callers in few transactions. */
export interface GroupCommit<Request, Answer> {
  /** Resolves when the request's transaction has committed. @throws what made the request itself fail. */
  submit(request: Request): Promise<Answer>;
  readonly stats: { readonly batches: number; readonly requests: number; readonly largest: number };
}

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * While one transaction is under way the next one gathers: nobody waits for a timer, a lone caller commits at once, and the busier
 * it is the more callers share one flush of the log. Callers are served in order of arrival. A transaction that fails is halved until the
 * request that makes it fail stands alone, so that `commit` must do no harm when it is asked twice for the same request.
 */
export function createGroupCommit<Request, Answer>({ commit, maxBatch = 256 }: GroupCommitOptions<Request, Answer>): GroupCommit<Request, Answer> {
  let queue: Waiting<Request, Answer>[] = [];
  let running = false;
  const stats = { batches: 0, requests: 0, largest: 0 };

  async function decide(batch: readonly Waiting<Request, Answer>[]): Promise<void> {
    try {
      const answers = await commit(batch.map((one) => one.request));
      if (answers.length !== batch.length) throw new Error(`a group commit of ${batch.length} requests answered ${answers.length}`);
      batch.forEach((one, index) => { one.resolve(answers[index] as Answer); });
    } catch (error) {
      // A server that is away fails them all; asking it again for each would only take longer.
      if (batch.length === 1 || isConnectionError(error)) {
        for (const one of batch) one.reject(error);
        return;
      }
      const half = Math.ceil(batch.length / 2);
      await decide(batch.slice(0, half));
      await decide(batch.slice(half));
    }
  }

  async function run(): Promise<void> {
    running = true;
    // Callers of the same turn of the event loop travel together.
    await Promise.resolve();
    while (queue.length > 0) {
      const batch = queue.slice(0, maxBatch);
      queue = queue.slice(maxBatch);
      stats.batches += 1;
      stats.requests += batch.length;
      stats.largest = Math.max(stats.largest, batch.length);
      await decide(batch);
    }
    running = false;
  }

  return {
    submit: (request) => new Promise((resolve, reject) => {
      queue.push({ request, resolve, reject });
      if (!running) void run();
    }),
    stats,
  };
}

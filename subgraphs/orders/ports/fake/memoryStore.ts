import type { Account } from "./account.ts";
import type { FakeStore, StoredEvent, StoredRequest } from "./store.ts";

/** Books that last as long as the process: for tests of what stands above them. */
export function memoryStore(): FakeStore & { accounts(): Account[] } {
  const accounts = new Map<string, Account>();
  const requests = new Map<string, StoredRequest>();
  const events = new Map<string, StoredEvent>();
  return {
    accounts: () => [...accounts.values()],
    async load(ref, key) {
      return { account: ref === null ? undefined : accounts.get(ref), request: key === null ? undefined : requests.get(key) };
    },
    async commit({ account, request, events: told }) {
      if ((accounts.get(account.ref)?.version ?? 0) !== account.version - 1) return false;
      if (request && requests.has(request.key)) return false;
      accounts.set(account.ref, account);
      if (request) requests.set(request.key, request);
      for (const event of told) events.set(event.id, event);
      return true;
    },
    async forget(before) {
      for (const [key, request] of requests) if (request.createdAt <= before) requests.delete(key);
    },
    listUndelivered: async (limit) => [...events.values()].slice(0, limit),
    async markDelivered(ids) {
      for (const id of ids) events.delete(id);
    },
  };
}

import type { AccessEntry, BigQueryClient } from "../client.ts";

/** A member as IAM writes it, as an entry of a dataset's access list: `group:bi@example.com` may read. */
export function readerEntry(member: string): AccessEntry {
  const [kind = "", name = ""] = member.split(/:(.*)/s);
  const key = kind === "group" ? "groupByEmail" : kind === "domain" ? "domain" : "userByEmail";
  return { role: "READER", [key]: name };
}

const NAMED = ["userByEmail", "groupByEmail", "domain", "iamMember"];
const isNamedReader = (entry: AccessEntry) => entry["role"] === "READER" && NAMED.some((key) => key in entry);
const sorted = (entry: AccessEntry) => Object.entries(entry).sort(([one], [other]) => (one < other ? -1 : 1));
const same = (left: AccessEntry, right: AccessEntry) => JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));

/** The access list with these readers, and no others that are named one by one. Owners, groups of the project and authorised datasets stay. */
export function withReaders(access: readonly AccessEntry[], members: readonly string[]): AccessEntry[] {
  return [...access.filter((entry) => !isNamedReader(entry)), ...members.map(readerEntry)];
}

/** The access list with datasets whose views may read here, whoever asks them. */
export function withViewsOf(access: readonly AccessEntry[], project: string, datasets: readonly string[]): AccessEntry[] {
  const wanted = datasets.map((datasetId) => ({ dataset: { dataset: { projectId: project, datasetId }, targetTypes: ["VIEWS"] } }));
  const idOf = (entry: AccessEntry) => (entry["dataset"] as { dataset?: { datasetId?: string } } | undefined)?.dataset?.datasetId;
  return [...access, ...wanted.filter((one) => !access.some((entry) => idOf(entry) === one.dataset.dataset.datasetId))];
}

/** Changes a dataset's access list where it is another than wanted. @throws BigQueryError, also where somebody else changed it meanwhile */
export async function setAccess(client: BigQueryClient, dataset: string, change: (access: readonly AccessEntry[]) => AccessEntry[]): Promise<boolean> {
  const state = await client.readDataset(dataset);
  if (!state) return false;
  const access = change(state.access);
  if (access.length === state.access.length && access.every((entry, index) => same(entry, state.access[index] ?? {}))) return false;
  await client.changeDataset(dataset, { access }, state.etag);
  return true;
}

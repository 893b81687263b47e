import { z } from "zod";
import type { EventType } from "./event.ts";

interface JsonField {
  type?: string;
  format?: string;
  enum?: readonly string[];
  const?: unknown;
  anyOf?: readonly JsonField[];
  items?: JsonField;
  properties?: Readonly<Record<string, JsonField>>;
  description?: string;
  prefix?: string;
}

const HEAD = `# Events

<!-- generated from schema/events by \`npm run gen\` -->

Whatever happens in the shop is written as an event in the transaction in which it happens (\`platform.outbox\`), and told after its
commit: to webhooks ([webhooks.md](webhooks.md)), to mail ([mail.md](mail.md)) and to the event bus.

## What you can rely on

- **At least once.** An event that was committed is told to every consumer, if need be again and again. Throw duplicates away by \`id\`.
- **In order per aggregate.** The events of one order, one user or one variant reach the event bus in the order in which they were
  committed; between aggregates there is no order. Webhooks retry each delivery on its own, so an older one may come after a younger
  one: look at \`occurredAt\`, or ask the API how things stand.
- **Versions.** \`version\` belongs to the type. New fields come without a new version: ignore what you do not know. A field that goes,
  or that changes its type or its meaning, raises the version; both versions are described here until the old one is written no more.
- **Amounts and counts beyond 2^53 are text**, ids are UUIDs. Where the API shows the thing, its id there is the prefix, an underscore
  and the UUID's 32 hex digits: \`ord\` and \`0199a1b2-...\` make \`ord_0199a1b2...\`.

## The envelope

| Field | Meaning |
|---|---|
| \`id\` | UUID of the event; the same in every repetition. |
| \`type\` | One of the types below. |
| \`version\` | Of the type. |
| \`aggregate\`, \`aggregateId\` | What it happened to. |
| \`occurredAt\` | When, in business time, ISO 8601 in UTC. |
| \`data\` | The fields of the type. |

On the event bus the message's key is \`aggregateId\`, its value is the envelope as JSON, and \`id\`, \`type\` and \`version\` stand in its
headers as well.
`;

/** docs/events.md: every event with its fields, by what it happens to. */
export function eventDocument(events: readonly EventType[]): string {
  const aggregates = [...new Set(events.map((event) => event.aggregate))].sort();
  const parts = aggregates.map((aggregate) => [
    `## ${aggregate}\n`,
    ...events.filter((event) => event.aggregate === aggregate).toSorted((a, b) => (a.type < b.type ? -1 : a.type > b.type ? 1 : a.version - b.version)).map(describeEvent),
  ].join("\n"));
  return `${HEAD}\n${parts.join("\n")}`;
}

function describeEvent(event: EventType): string {
  const schema = z.toJSONSchema(event.payload) as JsonField;
  const rows = fieldRows(schema.properties ?? {}, "");
  const table = rows.length === 0 ? "No fields.\n" : `| Field | Type | Meaning |\n|---|---|---|\n${rows.join("\n")}\n`;
  return `### ${event.type}, version ${event.version}\n\n${event.description}\n\n${table}`;
}

function fieldRows(properties: Readonly<Record<string, JsonField>>, path: string): string[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const { core, isNullable } = unwrap(field);
    const at = `${path}${name}`;
    const inner = core.type === "array" ? unwrap(core.items ?? {}).core : core;
    const nested = inner.type === "object" && inner.properties ? fieldRows(inner.properties, `${at}${core.type === "array" ? "[]" : ""}.`) : [];
    const meaning = (core.description ?? field.description ?? "").replaceAll("|", "\\|");
    return [`| \`${at}\` | ${typeText(core)}${isNullable ? ", may be null" : ""} | ${meaning} |`, ...nested];
  });
}

function unwrap(field: JsonField): { core: JsonField; isNullable: boolean } {
  const others = field.anyOf?.filter((one) => one.type !== "null");
  if (!others || others.length === field.anyOf?.length) return { core: field, isNullable: false };
  return { core: { ...others[0], ...(field.description ? { description: field.description } : {}) }, isNullable: true };
}

function typeText(field: JsonField): string {
  if (field.enum) return field.enum.map((value) => `\`${value}\``).join(", ");
  if (field.const !== undefined) return `\`${String(field.const)}\``;
  if (field.type === "array") return `list of ${typeText(unwrap(field.items ?? {}).core)}`;
  const format = field.format === "date-time" ? "instant" : field.format === "uuid" ? "UUID" : field.format;
  return `${format ?? field.type ?? "any"}${field.prefix ? ` (\`${field.prefix}\`)` : ""}`;
}

/** Names of fields without a description: a contract that nobody can read. */
export function undescribedFields(event: EventType): string[] {
  const search = (properties: Readonly<Record<string, JsonField>>, path: string): string[] => Object.entries(properties).flatMap(([name, field]) => {
    const { core } = unwrap(field);
    const inner = core.type === "array" ? unwrap(core.items ?? {}).core : core;
    const own = (core.description ?? field.description ?? "") === "" ? [`${path}${name}`] : [];
    return [...own, ...search(inner.properties ?? {}, `${path}${name}.`)];
  });
  return search((z.toJSONSchema(event.payload) as JsonField).properties ?? {}, "");
}

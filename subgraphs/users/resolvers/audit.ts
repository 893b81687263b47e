import { cursorOf, type PageArgs, readPage, toConnection } from "#kit/page.ts";
import type { Resolvers } from "#kit/subgraph.ts";
import { decodeId, encodeId, ID_PREFIXES, isUuid } from "#schema/values/ids.ts";
import type { UsersContext } from "../context.ts";
import { type AuditEvent, listAuditEvents } from "../queries/auditLog.ts";

interface AuditArgs extends PageArgs {
  where?: { actorId?: string | null; action?: string | null; targetKind?: string | null; targetId?: string | null; from?: Date | null; to?: Date | null } | null;
}

const auditCursor = cursorOf("audit log", ["uuid"]);
const NEWEST = "ffffffff-ffff-ffff-ffff-ffffffffffff";
const NAME = /^[A-Za-z][A-Za-z0-9]{0,63}$/;

/** The UUID behind an id of any kind, or the text as it is where it may name something without one. Undefined: it names nothing. */
function targetOf(text: string): string | undefined {
  if (isUuid(text)) return text;
  const prefix = ID_PREFIXES.find((one) => text.startsWith(`${one}_`));
  if (prefix) return decodeId(prefix, text);
  return /^[A-Za-z0-9_.:-]{1,200}$/.test(text) ? text : undefined;
}

export const auditResolvers: Resolvers = {
  Query: {
    async auditLog(_root: unknown, args: AuditArgs, { db }: UsersContext) {
      const page = readPage(args, auditCursor, 50);
      const { actorId, action, targetKind, targetId, from = null, to = null } = args.where ?? {};
      const [actor, target] = [actorId == null ? null : decodeId("usr", actorId), targetId == null ? null : targetOf(targetId)];
      // What cannot name anything finds nothing; PostgreSQL need not see it.
      const isPossible = actor !== undefined && target !== undefined && [action, targetKind].every((name) => name == null || NAME.test(name));
      const rows = isPossible ? await listAuditEvents(db, { actorId: actor, action: action ?? null, targetKind: targetKind ?? null, targetId: target, from, to }, page.after?.[0] ?? NEWEST, page.limit + 1) : [];
      return toConnection(rows, page, (event) => auditCursor.encode([event.id]));
    },
  },
  AuditEvent: {
    id: (event: AuditEvent) => encodeId("aud", event.id),
    at: (event: AuditEvent) => event.recordedAt,
    actor: (event: AuditEvent, _args: unknown, { loaders }: UsersContext) => event.actorId && loaders.userById.load(event.actorId),
  },
};

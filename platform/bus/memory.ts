import { type BusEvent, type EventBus, REDELIVER_MS, type Subscription } from "./bus.ts";

/** Events kept for groups that come later; older ones are forgotten. */
const KEPT = 10_000;
const PARTITIONS = 8;

interface Group {
  /** Of each partition: the place of the next event. */
  readonly next: number[];
  readonly members: Set<Member>;
}
interface Member {
  handle(event: BusEvent): Promise<void>;
  closed: boolean;
  wake: () => void;
}

/** A bus within one process, for tests and for programs that are one process: it forgets everything when it ends. */
export function createMemoryBus(): EventBus {
  const partitions = Array.from({ length: PARTITIONS }, () => ({ first: 0, events: [] as BusEvent[] }));
  const groups = new Map<string, Group>();
  const running = new Set<Promise<void>>();
  let isClosed = false;

  const wakeAll = () => { for (const group of groups.values()) for (const member of group.members) member.wake(); };

  /** One partition of a group is worked on by one member: the first that is free takes it. */
  const busy = new Map<Group, Set<number>>();
  const takePartition = (group: Group): number | undefined => {
    const held = busy.get(group) as Set<number>;
    return partitions.findIndex(({ first, events }, index) => !held.has(index) && (group.next[index] as number) < first + events.length);
  };

  async function work(group: Group, member: Member): Promise<void> {
    const held = busy.get(group) as Set<number>;
    while (!member.closed) {
      const index = takePartition(group);
      if (index === undefined || index < 0) {
        await new Promise<void>((resolve) => { member.wake = resolve; });
        continue;
      }
      held.add(index);
      await workPartition(group, member, index);
      held.delete(index);
      wakeAll();
    }
    member.wake = () => {};
  }

  async function workPartition(group: Group, member: Member, index: number): Promise<void> {
    const partition = partitions[index] as (typeof partitions)[number];
    for (let pauseMs: number = REDELIVER_MS.first; !member.closed;) {
      const place = Math.max(group.next[index] as number, partition.first);
      const event = partition.events[place - partition.first];
      if (!event) return;
      try {
        await member.handle(event);
        group.next[index] = place + 1;
        pauseMs = REDELIVER_MS.first;
      } catch {
        const again = pauseMs;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, again);
          member.wake = () => { if (member.closed) { clearTimeout(timer); resolve(); } };
        });
        pauseMs = Math.min(pauseMs * 2, REDELIVER_MS.most);
      }
    }
  }

  return {
    async publish(events) {
      if (isClosed) throw new Error("the bus is closed");
      for (const event of events) {
        // A copy, as it would be after a journey: nobody's later change reaches it.
        const partition = partitions[partitionOf(event.aggregateId)] as (typeof partitions)[number];
        partition.events.push(structuredClone(event));
        if (partition.events.length > KEPT / PARTITIONS) {
          partition.events.shift();
          partition.first += 1;
        }
      }
      wakeAll();
    },
    async subscribe(name, handle): Promise<Subscription> {
      if (isClosed) throw new Error("the bus is closed");
      const group = groups.get(name) ?? { next: partitions.map(({ first }) => first), members: new Set<Member>() };
      groups.set(name, group);
      if (!busy.has(group)) busy.set(group, new Set());
      const member: Member = { handle, closed: false, wake: () => {} };
      group.members.add(member);
      const ended = work(group, member);
      running.add(ended);
      return {
        async close() {
          member.closed = true;
          group.members.delete(member);
          member.wake();
          await ended;
          running.delete(ended);
        },
      };
    },
    async close() {
      isClosed = true;
      for (const group of groups.values()) {
        for (const member of group.members) {
          member.closed = true;
          member.wake();
        }
      }
      await Promise.all(running);
    },
  };
}

function partitionOf(key: string): number {
  let hash = 0;
  for (const letter of key) hash = (Math.imul(hash, 31) + (letter.codePointAt(0) as number)) >>> 0;
  return hash % PARTITIONS;
}

/** More is waiting already than may wait. */
export class TooBusy extends Error {
  override readonly name = "TooBusy";
}

/**
 * Lets `running` works go on at once; up to `waiting` more wait their turn, in order, and the rest is turned away at once: what
 * holds a core for long must neither take all of them nor make everybody wait for minutes.
 */
export function turns({ running, waiting }: { running: number; waiting: number }): <T>(work: () => Promise<T>) => Promise<T> {
  let free = running;
  const queue: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else if (queue.length >= waiting) throw new TooBusy(`${running} run and ${waiting} wait`);
    else await new Promise<void>((turn) => queue.push(turn));
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else free += 1;
    }
  };
}

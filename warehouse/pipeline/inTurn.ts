interface Turn {
  readonly name: string;
  readonly after: readonly string[];
}

/**
 * Makes assets in the order of the list; those that may stand beside others begin as soon as what they need is done. After a failure
 * nothing begins any more, and what is under way is waited for.
 * @throws of what failed, what stands first in the list
 */
export async function inTurn<A extends Turn>(assets: readonly A[], isBeside: (asset: A) => Promise<boolean>, make: (asset: A) => Promise<void>): Promise<void> {
  const begun = new Map<string, Promise<void>>();
  let failed = false;
  for (const asset of assets) {
    const needed = asset.after.flatMap((name) => begun.get(name) ?? []);
    const before = [...begun.values()];
    const made = (async () => {
      await Promise.all(needed);
      if (failed) return;
      if (!(await isBeside(asset))) await Promise.all(before);
      if (failed) return;
      try {
        await make(asset);
      } catch (error) {
        failed = true;
        throw error;
      }
    })();
    made.catch(() => undefined); // heard below
    begun.set(asset.name, made);
  }
  for (const one of await Promise.allSettled(begun.values())) if (one.status === "rejected") throw one.reason;
}

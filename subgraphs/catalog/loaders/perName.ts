import type DataLoader from "dataloader";

/** One loader for each set of arguments that is asked for. */
export function perName<A extends readonly unknown[], L extends DataLoader<never, unknown, never>>(make: (...args: A) => L): (...args: A) => L {
  const loaders = new Map<string, L>();
  return (...args) => {
    const name = JSON.stringify(args);
    const loader = loaders.get(name) ?? make(...args);
    loaders.set(name, loader);
    return loader;
  };
}

/** Keys as small numbers, with what is known of each. A key once seen keeps its number. */
export class Interned<T> {
  readonly #numbers = new Map<string, number>();
  readonly #keys: string[] = [];
  readonly #infos: T[] = [];

  /** The key's number; `info` replaces what was known of it. */
  of(key: string, info: T): number {
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#keys.push(key) - 1;
      this.#numbers.set(key, number);
    }
    this.#infos[number] = info;
    return number;
  }

  find(key: string): number | undefined {
    return this.#numbers.get(key);
  }
  keyOf(number: number): string {
    return this.#keys[number] as string;
  }
  infoOf(number: number): T {
    return this.#infos[number] as T;
  }
  get size(): number {
    return this.#keys.length;
  }
}

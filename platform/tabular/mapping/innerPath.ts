/** A path that stays where it begins: no way up, no root, no drive, nothing hidden. */
export function isInnerPath(path: string): boolean {
  return path.length <= 300 && !/[\\:\p{Cc}]/u.test(path) && path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && !part.startsWith(".")) && path.isWellFormed();
}

/** Lower-case words joined by hyphens, at most 60 characters of them, ended by the code that makes it unique. */
export function productSlug(name: string, code: string): string {
  const words = name.normalize("NFKD").toLowerCase().replace(/['\u2019]/g, "").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  const tail = code.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return [words.slice(0, 60).replace(/-+$/, ""), tail].filter((part) => part !== "").join("-");
}

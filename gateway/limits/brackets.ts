/**
 * The deepest nesting of `{`, `[` and `(` in a GraphQL document's text, strings and comments left out. Counted on the text,
 * because the parser and everything after it recurse once per level.
 */
export function bracketDepth(source: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < source.length; at += 1) {
    switch (source.charCodeAt(at)) {
      case 0x7b: case 0x5b: case 0x28:
        depth += 1;
        if (depth > deepest) deepest = depth;
        break;
      case 0x7d: case 0x5d: case 0x29:
        depth -= 1;
        break;
      case 0x22:
        at = source.startsWith('"""', at) ? afterBlockString(source, at + 3) : afterString(source, at + 1);
        break;
      case 0x23:
        while (at + 1 < source.length && source.charCodeAt(at + 1) !== 0x0a && source.charCodeAt(at + 1) !== 0x0d) at += 1;
        break;
    }
  }
  return deepest;
}

/** Index of the quote that ends the string, or the last index before the line or the text ends: the parser complains then. */
function afterString(source: string, from: number): number {
  for (let at = from; at < source.length; at += 1) {
    const code = source.charCodeAt(at);
    if (code === 0x5c) at += 1;
    else if (code === 0x22 || code === 0x0a || code === 0x0d) return at;
  }
  return source.length;
}

function afterBlockString(source: string, from: number): number {
  for (let at = source.indexOf('"""', from); at !== -1; at = source.indexOf('"""', at + 3)) {
    if (source.charCodeAt(at - 1) !== 0x5c) return at + 2;
  }
  return source.length;
}

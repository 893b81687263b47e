/** The JSON of what a run gave, by its data. Requests that share a run share its data, and with it the work of writing it out. */
const texts = new WeakMap<object, string>();

/** The body of an answer. `data` must not change afterwards, and always come with the same errors. */
export function resultText(result: { readonly data?: unknown; readonly errors?: unknown }): string {
  const { data } = result;
  if (typeof data !== "object" || data === null) return JSON.stringify(result);
  let text = texts.get(data);
  if (text === undefined) texts.set(data, (text = JSON.stringify(result)));
  return text;
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import Handlebars from "handlebars";

export interface Rendered {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** No helper but the language's own is known: what stands in the data is shown and never run. */
const OPTIONS = { knownHelpersOnly: true, noEscape: false } as const;

/**
 * A folder of templates as a function of message and data: `<message>.txt.hbs`, whose first line is the subject, and `<message>.html.hbs`;
 * `layout.html.hbs` and the partials named are theirs to use.
 */
export function mailTemplates<Message extends string, Data extends object>(dir: string, messages: readonly Message[], partials: readonly string[] = []): (message: Message, data: Data) => Rendered {
  const read = (name: string) => readFileSync(join(dir, `${name}.hbs`), "utf8");
  const html = Handlebars.create();
  const text = Handlebars.create();
  html.registerPartial("layout", read("layout.html"));
  for (const name of partials) {
    html.registerPartial(name, read(`${name}.html`));
    text.registerPartial(name, text.compile(read(`${name}.txt`), { ...OPTIONS, noEscape: true }));
  }
  const templates = new Map(messages.map((message) => {
    const source = read(`${message}.txt`);
    const cut = source.indexOf("\n");
    const plain = (part: string) => text.compile<Data>(part, { ...OPTIONS, noEscape: true });
    return [message, { subject: plain(source.slice(0, cut)), text: plain(source.slice(cut + 1)), html: html.compile<Data & { subject: string }>(read(`${message}.html`), OPTIONS) }] as const;
  }));
  return (message, data) => {
    const template = templates.get(message);
    if (!template) throw new Error(`there is no template ${message}`);
    const safe = clean(data) as Data;
    const subject = template.subject(safe);
    return { subject, text: `${template.text(safe).replaceAll(/\n{3,}/g, "\n\n").trim()}\n`, html: template.html({ ...safe, subject }) };
  };
}

/** Control characters, and those that turn the direction of writing, could make a name look like another part of the mail. */
function clean(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll(/[\s\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/gu, " ").trim();
  if (Array.isArray(value)) return value.map(clean);
  if (value !== null && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, clean(one)]));
  return value;
}

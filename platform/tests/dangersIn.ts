/** What must not be in HTML that is shown: no element, attribute or address that runs code. Tags and attributes are read as a browser reads them. */
export function dangersIn(html: string): string[] {
  const found: string[] = [];
  for (const [, tag = "", rest = ""] of html.matchAll(/<\/?([a-z][^\s/>]*)([^>]*)>/gi)) {
    if (!/^(p|br|hr|h[234]|ul|ol|li|strong|b|em|i|u|s|small|sub|sup|blockquote|code|pre|table|thead|tbody|tr|th|td|caption|a)$/.test(tag)) found.push(`<${tag}>`);
    for (const [, name = "", value = ""] of rest.matchAll(/([^\s=/"']+)(?:="([^"]*)")?/g)) {
      if (!/^(href|title|rel|colspan|rowspan)$/.test(name)) found.push(name);
      if (name === "href" && !/^(https?:\/\/|mailto:|tel:|[/?#]|[\w./-]*$)/i.test(value)) found.push(value);
      if (name === "href" && value.startsWith("//")) found.push(value);
    }
  }
  if (/<(?![a-z/])|<$/i.test(html)) found.push("a bare <");
  return found;
}

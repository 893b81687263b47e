import sanitizeHtml from "sanitize-html";

/**
 * What a text with markup may hold; everything else goes, with its contents where these are no text. No attribute can carry code: no
 * style, no class, no event handler, no id that a script might look up, and addresses of web, mail and telephone alone.
 */
const ALLOWED: sanitizeHtml.IOptions = {
  allowedTags: ["p", "br", "hr", "h2", "h3", "h4", "ul", "ol", "li", "strong", "b", "em", "i", "u", "s", "small", "sub", "sup", "blockquote", "code", "pre", "table", "thead", "tbody", "tr", "th", "td", "caption", "a"],
  allowedAttributes: { a: ["href", "title"], th: ["colspan", "rowspan"], td: ["colspan", "rowspan"] },
  allowedSchemes: ["http", "https", "mailto", "tel"],
  allowedSchemesAppliedToAttributes: ["href"],
  allowProtocolRelative: false,
  disallowedTagsMode: "discard",
  nonTextTags: ["script", "style", "textarea", "option", "noscript", "noembed", "noframes", "iframe", "object", "embed", "svg", "math", "template", "xmp", "plaintext", "title", "select", "audio", "video", "canvas", "head"],
  // h1 is the page's own heading.
  transformTags: { h1: "h2", h5: "h4", h6: "h4", a: (tagName, attribs) => ({ tagName, attribs: attribs["href"] === undefined ? {} : { ...attribs, rel: "nofollow noopener" } }) },
  nestingLimit: 40,
  parser: { decodeEntities: true },
};
const WITH_REL: sanitizeHtml.IOptions = { ...ALLOWED, allowedAttributes: { ...ALLOWED.allowedAttributes as Record<string, string[]>, a: ["href", "title", "rel"] } };

/** Until nothing changes any more: what is left after one pass must not become markup in the next reader. */
const MAX_PASSES = 5;

/** HTML of unknown origin as HTML that can be shown: paragraphs, lists, tables, emphasis and plain links. Empty where nothing is left. */
export function cleanHtml(html: string): string {
  let clean = html;
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const next = sanitizeHtml(clean, WITH_REL).trim();
    if (next === clean) return next;
    clean = next;
  }
  // Whatever does not come to rest is shown as text.
  return escapeHtml(textOfHtml(clean));
}

/** The words of a text with markup: a line for each block, entities as the characters that they stand for. */
export function textOfHtml(html: string): string {
  const lined = html.replaceAll(/<(?:br|hr)\s*\/?>|<\/(?:p|h[1-6]|li|tr|blockquote|pre|table|ul|ol|div)\s*>/gi, (tag) => `${tag}\n`).replaceAll(/<\/t[dh]\s*>/gi, " ");
  const bare = sanitizeHtml(lined, { allowedTags: [], allowedAttributes: {}, nonTextTags: ALLOWED.nonTextTags as string[] });
  return unescape(bare).replaceAll(/[ \t\u00a0]+/g, " ").replaceAll(/ *\n */g, "\n").replaceAll(/\n{3,}/g, "\n\n").trim();
}

/** Plain text as HTML: a paragraph for each block of lines. */
export function htmlOfText(text: string): string {
  return text.split(/\n\s*\n/).map((block) => block.trim()).filter((block) => block !== "").map((block) => `<p>${escapeHtml(block).replaceAll(/\r?\n/g, "<br />")}</p>`).join("");
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** The four that sanitize-html writes. */
function unescape(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}

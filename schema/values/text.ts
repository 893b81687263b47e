/** Controls, halves of surrogate pairs, marks of direction, what has no width, breaks of lines and paragraphs. Joiners stay: scripts and emoji need them. */
const HIDDEN = /[\p{Cc}\p{Cs}\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/u;
const MARKS_OF_LINES = /[\t\n\r]/g;
/** What Unicode leaves to private agreements or has not given out: nobody knows how it looks. */
const UNKNOWN = /[\p{Cn}\p{Co}]/u;

/** Whether a text of one line holds what its reader cannot see, or what is no text. */
export function hasHidden(text: string): boolean {
  return HIDDEN.test(text);
}

/** The same of a text of several lines, which may hold tabs and line breaks. */
export function hasHiddenInLines(text: string): boolean {
  return HIDDEN.test(text.replaceAll(MARKS_OF_LINES, " "));
}

/** Whether a name holds what is hidden or cannot be shown. */
export function isUnshowable(name: string): boolean {
  return HIDDEN.test(name) || UNKNOWN.test(name);
}

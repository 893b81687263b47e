// Making elements. Everything that comes from the graph goes in as text, never as HTML.

export const byId = (id) => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

/** `columns` are `{title, figure}`; the first cell of each row is its head. */
export function table(caption, columns, rows) {
  const cell = (tag, column, value, scope) => {
    const made = element(tag, { className: column.figure ? "figure" : "" }, value instanceof Node ? value : String(value));
    if (scope) made.scope = scope;
    return made;
  };
  const head = element("tr", {}, ...columns.map((column) => cell("th", column, column.title, "col")));
  const body = rows.map((row) => element("tr", {}, ...row.map((value, at) => (at === 0 ? cell("th", columns[at], value, "row") : cell("td", columns[at], value)))));
  // Who has no mouse reaches what is hidden by scrolling too.
  return element("div", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: caption }, element("table", {}, element("caption", {}, caption), element("thead", {}, head), element("tbody", {}, ...body)));
}

export const behind = (content) => element("details", {}, element("summary", {}, "Show as a table"), content);
export const mark = (text, kind) => element("span", { className: `mark ${kind}` }, text);

/** One part of the page: busy, empty, in trouble, or with its content. */
export function panel(id) {
  const root = byId(id);
  const [problem, empty, body] = [".problem", ".empty", ".chart, .body, dl"].map((selector) => root.querySelector(selector));
  const say = (place, text) => {
    if (!place) return;
    place.textContent = text ?? "";
    place.hidden = text == null;
  };
  const note = root.querySelector(".note.live");
  const clear = () => {
    root.querySelector(".behind")?.replaceChildren();
    say(note);
  };
  return {
    name: root.dataset.name,
    body,
    begin() { root.setAttribute("aria-busy", "true"); },
    done() {
      root.setAttribute("aria-busy", "false");
      say(problem);
      say(empty);
      body.hidden = false;
    },
    fail(text) {
      root.setAttribute("aria-busy", "false");
      say(problem, text);
      say(empty);
      body.hidden = true;
      clear();
      return false;
    },
    /** False, as `fail`: there is nothing to show, and that is said. */
    empty(text) {
      this.done();
      say(empty, text);
      body.hidden = true;
      clear();
      return false;
    },
    /** A sentence about what is shown; null for none. */
    note(text) { say(note, text); },
    table(made) { root.querySelector(".behind").replaceChildren(behind(made)); },
  };
}

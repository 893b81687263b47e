// The page around GraphiQL: example operations by role, and logging in. Everything it loads comes from this gateway.
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const TOKEN = "martgraph.token";
  // The tab's own storage: a token ends with the tab and is not shared with others.
  let token = sessionStorage.getItem(TOKEN) || "";
  let shown = { query: "", variables: "" };
  // Ids to put into an example's variables: those of the last customer and vendor who logged in here.
  const IDS = "martgraph.ids";
  const ids = JSON.parse(sessionStorage.getItem(IDS) || "{}");

  async function ask(query, variables) {
    const headers = { "content-type": "application/json" };
    if (token) headers.authorization = `Bearer ${token}`;
    const response = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify({ query, variables }) });
    return response.json();
  }

  const fetcher = GraphiQL.createFetcher({
    url: "/graphql",
    fetch: (url, options) => fetch(url, { ...options, headers: { ...options.headers, ...(token ? { authorization: `Bearer ${token}` } : {}) } }),
  });
  const root = ReactDOM.createRoot(byId("graphiql"));
  function render() {
    root.render(React.createElement(GraphiQL, { fetcher, query: shown.query || undefined, variables: shown.variables || undefined, defaultEditorToolsVisibility: true }));
  }

  function say(text, refused) {
    byId("who").value = text;
    byId("who").className = refused ? "refused" : "";
    byId("logout").hidden = !token;
  }

  async function use(next) {
    token = next;
    if (!token) {
      sessionStorage.removeItem(TOKEN);
      return say("Guest");
    }
    const answer = await ask("query Who { me { id displayName roles vendors { id } } }");
    const me = answer.data && answer.data.me;
    if (!me) {
      const reason = answer.errors ? answer.errors[0].message : "Nobody is behind this token.";
      token = "";
      sessionStorage.removeItem(TOKEN);
      return say(reason, true);
    }
    sessionStorage.setItem(TOKEN, token);
    if (me.roles.includes("CUSTOMER")) ids["usr_..."] = me.id;
    if (me.vendors.length > 0) ids["ven_..."] = me.vendors[0].id;
    sessionStorage.setItem(IDS, JSON.stringify(ids));
    say(`${me.displayName || "Logged in"} (${me.roles.join(", ")})`);
  }

  byId("login").addEventListener("submit", async (event) => {
    event.preventDefault();
    const input = { email: byId("email").value, password: byId("password").value };
    const answer = await ask(
      "mutation Login($input: LoginInput!) { login(input: $input) { __typename ... on TokenPair { accessToken } ... on UserError { message } } }",
      { input },
    );
    byId("password").value = "";
    const login = answer.data && answer.data.login;
    if (login && login.accessToken) await use(login.accessToken);
    else say(login ? login.message : answer.errors[0].message, true);
  });
  byId("paste").addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = byId("token").value.trim();
    byId("token").value = "";
    await use(given);
  });
  byId("logout").addEventListener("click", () => use(""));

  async function loadExamples() {
    const examples = await (await fetch("/graphiql/operations.json")).json();
    const select = byId("examples");
    const groups = new Map();
    examples.forEach((example, index) => {
      if (!groups.has(example.role)) {
        const group = document.createElement("optgroup");
        group.label = example.role;
        groups.set(example.role, select.appendChild(group));
      }
      groups.get(example.role).appendChild(new Option(example.name, String(index)));
    });
    select.addEventListener("change", () => {
      const example = examples[Number(select.value)];
      if (!example || select.value === "") return;
      shown = { query: example.query, variables: Object.keys(ids).reduce((text, open) => text.replace(open, ids[open]), example.variables) };
      byId("shows").textContent = example.shows;
      render();
    });
  }

  render();
  void loadExamples();
  if (token) void use(token);
})();

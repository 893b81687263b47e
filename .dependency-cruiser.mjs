// The arrows between the rooms. Each rule says why; a rule that is in the way is changed with a decision.

const ROOMS = ["bench", "bin", "gateway", "platform", "schema", "shopdata", "subgraphs", "warehouse"];
const SLICES = ["users", "catalog", "orders", "predictions", "analytics"];

/** `room` may import from `allowed` and from itself, of all that is ours. */
function only(name, room, allowed, comment) {
  return {
    name,
    severity: "error",
    comment,
    from: { path: `^${room}/` },
    to: { path: `^(${ROOMS.join("|")})/`, pathNot: [room, ...allowed].map((path) => `^${path}/`) },
  };
}

/** A package with one importer: replacing it touches one place. */
function oneImporter(packages, importer, comment) {
  return {
    name: `one-importer-${packages[0].replaceAll(/[^a-z-]/g, "")}`,
    severity: "error",
    comment,
    from: { path: `^(${ROOMS.join("|")})/`, pathNot: `^${importer}` },
    to: { path: packages.map((name) => `(^|/)node_modules/(@types/)?${name}/`) },
  };
}

/** Inside of a slice, a part never imports what stands behind it. */
function inSlice(part, later) {
  return {
    name: `slice-${part}`,
    severity: "error",
    comment: `Inside a slice: domain <- queries, loaders <- commands <- resolvers <- subgraph; ${part} does not know ${later.join(", ")}.`,
    from: { path: `^subgraphs/([^/]+)/${part}(/|\\.ts$)`, pathNot: "/tests/|\\.test\\.ts$" },
    to: { path: later.map((name) => `^subgraphs/$1/${name}(/|\\.ts$)`) },
  };
}

export default {
  forbidden: [
    { name: "no-cycles", severity: "error", comment: "What turns in a circle cannot be understood in parts.", from: {}, to: { circular: true } },
    { name: "no-missing", severity: "error", comment: "The import leads nowhere.", from: {}, to: { couldNotResolve: true } },
    only("schema-imports-nothing", "schema", [], "The contracts stand below everything."),
    only("platform-below-the-shop", "platform", ["schema"], "The platform knows no shop."),
    only("warehouse-arrows", "warehouse", ["schema", "platform"], "The warehouse never touches the shop, nor the graph."),
    only("shopdata-arrows", "shopdata", ["schema", "platform"], "The data fillers know the tables, not the services."),
    only("kit-arrows", "subgraphs/kit", ["schema", "platform"], "The kit serves all slices and knows none."),
    only("gateway-arrows", "gateway", ["schema", "platform", "subgraphs"], "Gateway and warehouse meet in bin alone."),
    ...SLICES.map((slice) => {
      const reads = slice === "predictions" || slice === "analytics";
      const rule = only(`slice-${slice}-arrows`, `subgraphs/${slice}`, ["schema", "platform", "subgraphs/kit"], "Slices never import each other, nor the gateway; data of another goes through the owner's SQL views and functions.");
      if (reads) rule.to.pathNot.push("^warehouse/(reader|openReader|sql/gate)\\.ts$");
      return rule;
    }),
    {
      name: "bin-is-seen-by-none",
      severity: "error",
      comment: "Only the command line sees every room.",
      from: { path: `^(${ROOMS.join("|")})/`, pathNot: "^(bin|bench)/" },
      to: { path: "^(bin|bench)/" },
    },
    inSlice("domain", ["queries", "loaders", "commands", "ports", "resolvers", "guards", "subgraph", "main"]),
    inSlice("queries", ["loaders", "commands", "resolvers", "guards", "subgraph", "main"]),
    inSlice("loaders", ["commands", "resolvers", "guards", "subgraph", "main"]),
    inSlice("commands", ["resolvers", "guards", "subgraph", "main"]),
    inSlice("resolvers", ["subgraph", "main"]),
    {
      name: "domain-is-pure",
      severity: "error",
      comment: "Rules take state, command and time; they do no I/O.",
      from: { path: "^subgraphs/[^/]+/domain/", pathNot: "/tests/|\\.test\\.ts$" },
      to: { dependencyTypes: ["core", "npm"] },
    },
    {
      name: "domain-knows-no-platform",
      severity: "error",
      comment: "Rules take values; clocks, logs and databases are the commands' business.",
      from: { path: "^subgraphs/[^/]+/domain/", pathNot: "/tests/|\\.test\\.ts$" },
      to: { path: "^platform/", pathNot: "^platform/scoring/" },
    },
    oneImporter(["graphql-shield"], "subgraphs/kit/guard\\.ts$", "Permissions are built in one place."),
    oneImporter(["pg", "pg-copy-streams"], "platform/db/", "The driver hides behind named statements."),
    oneImporter(["@apollo/server"], "gateway/graphqlServer\\.ts$", "Whatever reaches it has passed our bounds."),
    oneImporter(["execa"], "warehouse/tools/exec\\.ts$", "Child programs get the same limits and environment."),
    oneImporter(["stripe"], "subgraphs/orders/ports/", "Payment providers are ports: the shop speaks of intents, not of Stripe."),
    oneImporter(["@google-cloud/bigquery"], "warehouse/engines/bigquery", "The engine is a driver."),
    {
      name: "tests-stay-tests",
      severity: "error",
      comment: "What runs in production does not import the test harness.",
      from: { path: `^(${ROOMS.join("|")})/`, pathNot: "\\.test\\.ts$|/tests/|/testing/|^bench/" },
      to: { path: "\\.test\\.ts$|/tests/|/testing/" },
    },
    {
      name: "no-dev-packages",
      severity: "error",
      comment: "Production installs leave the dev packages out.",
      from: { path: `^(${ROOMS.join("|")})/`, pathNot: "\\.test\\.ts$|/tests/|/testing/|^bench/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"], pathNot: "node_modules/@types/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(node_modules|\\.martgraph)/|/generated/.*\\.json$" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default", "types"] },
    builtInModules: { add: [] },
    skipAnalysisNotInRules: true,
  },
};

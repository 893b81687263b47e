/** What a field of a node may hold: `value` text, numbers and words of the grammar; `nodes` further nodes, each under its type's name; else a node of that type itself. */
type FieldShape = "value" | "nodes" | (string & {});

/**
 * The statements that are run, as a grammar: every node and every field that may stand in a parsed statement. What is not here is
 * refused, also what a later version of the parser adds. Names are those of PostgreSQL's parse tree.
 */
export const NODE_SHAPES: Readonly<Record<string, Readonly<Record<string, FieldShape>>>> = {
  SelectStmt: {
    distinctClause: "nodes", targetList: "nodes", fromClause: "nodes", whereClause: "nodes", groupClause: "nodes", groupDistinct: "value", havingClause: "nodes",
    windowClause: "nodes", valuesLists: "nodes", sortClause: "nodes", limitOffset: "nodes", limitCount: "nodes", limitOption: "value", withClause: "WithClause",
    op: "value", all: "value", larg: "SelectStmt", rarg: "SelectStmt",
  },
  WithClause: { ctes: "nodes" },
  CommonTableExpr: { ctename: "value", aliascolnames: "nodes", ctematerialized: "value", ctequery: "nodes", cterefcount: "value" },
  ResTarget: { name: "value", val: "nodes" },
  RangeVar: { schemaname: "value", relname: "value", inh: "value", relpersistence: "value", alias: "Alias" },
  RangeSubselect: { lateral: "value", subquery: "nodes", alias: "Alias" },
  RangeFunction: { lateral: "value", ordinality: "value", functions: "nodes", alias: "Alias" },
  JoinExpr: { jointype: "value", isNatural: "value", larg: "nodes", rarg: "nodes", usingClause: "nodes", join_using_alias: "Alias", quals: "nodes", alias: "Alias", rtindex: "value" },
  Alias: { aliasname: "value", colnames: "nodes" },
  SortBy: { node: "nodes", sortby_dir: "value", sortby_nulls: "value" },
  WindowDef: { name: "value", refname: "value", partitionClause: "nodes", orderClause: "nodes", frameOptions: "value", startOffset: "nodes", endOffset: "nodes" },
  GroupingSet: { kind: "value", content: "nodes" },
  GroupingFunc: { args: "nodes", agglevelsup: "value" },
  ColumnRef: { fields: "nodes" },
  A_Star: {},
  A_Const: { ival: "Integer", fval: "Float", sval: "String", boolval: "Boolean", isnull: "value" },
  Integer: { ival: "value" },
  Float: { fval: "value" },
  String: { sval: "value" },
  Boolean: { boolval: "value" },
  List: { items: "nodes" },
  ParamRef: { number: "value" },
  A_Expr: { kind: "value", name: "nodes", lexpr: "nodes", rexpr: "nodes", rexpr_list_start: "value", rexpr_list_end: "value" },
  BoolExpr: { boolop: "value", args: "nodes" },
  NullTest: { arg: "nodes", nulltesttype: "value", argisrow: "value" },
  BooleanTest: { arg: "nodes", booltesttype: "value" },
  CaseExpr: { arg: "nodes", args: "nodes", defresult: "nodes" },
  CaseWhen: { expr: "nodes", result: "nodes" },
  CoalesceExpr: { args: "nodes" },
  MinMaxExpr: { op: "value", args: "nodes" },
  SubLink: { subLinkType: "value", testexpr: "nodes", operName: "nodes", subselect: "nodes" },
  FuncCall: {
    funcname: "nodes", args: "nodes", agg_order: "nodes", agg_filter: "nodes", over: "WindowDef", agg_within_group: "value", agg_star: "value", agg_distinct: "value", funcformat: "value",
  },
  NamedArgExpr: { name: "value", arg: "nodes", argnumber: "value" },
  TypeCast: { arg: "nodes", typeName: "TypeName" },
  TypeName: { names: "nodes", typmods: "nodes", typemod: "value", arrayBounds: "nodes" },
  A_ArrayExpr: { elements: "nodes", list_start: "value", list_end: "value" },
  A_Indirection: { arg: "nodes", indirection: "nodes" },
  A_Indices: { is_slice: "value", lidx: "nodes", uidx: "nodes" },
  RowExpr: { args: "nodes", row_format: "value" },
  SQLValueFunction: { op: "value", typmod: "value" },
};

/** Fields that say where in the text something stands. */
export const PLACES: ReadonlySet<string> = new Set(["location", "list_start", "list_end", "rexpr_list_start", "rexpr_list_end"]);

/** What somebody would call the node or field that was refused. */
export const SPOKEN: Readonly<Record<string, string>> = {
  intoClause: "SELECT ... INTO makes a table",
  lockingClause: "FOR UPDATE and FOR SHARE lock rows",
  recursive: "WITH RECURSIVE may run for ever: take generate_series for rows of days or numbers",
  InsertStmt: "INSERT changes data", UpdateStmt: "UPDATE changes data", DeleteStmt: "DELETE changes data", MergeStmt: "MERGE changes data",
  func_variadic: "VARIADIC arguments are not taken",
  catalogname: "tables are named by schema and name alone",
  RangeTableSample: "TABLESAMPLE does not work on views",
  CollateClause: "COLLATE is not taken",
  indirection: "fields of composite values are not taken",
  useOp: "ORDER BY ... USING is not taken: say ASC or DESC",
};

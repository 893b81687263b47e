/** One list per kind, for people to read and to add to. What a function may do with a statement of somebody who means harm decides. */
const AGGREGATES = `any_value array_agg avg bool_and bool_or corr count covar_pop covar_samp every max min mode percentile_cont percentile_disc
  regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance`;
const WINDOW = "cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number";
const MATH = `abs cbrt ceil ceiling degrees div exp floor gcd lcm ln log log10 mod pi power random round scale sign sqrt trim_scale trunc width_bucket`;
const TEXT = `array_length array_position array_to_string ascii btrim cardinality char_length character_length chr concat concat_ws initcap left length like_escape
  lower lpad ltrim md5 num_nonnulls num_nulls octet_length overlay position regexp_count regexp_instr regexp_like regexp_match regexp_replace regexp_split_to_array
  regexp_substr replace reverse right rpad rtrim similar_to_escape split_part starts_with string_to_array strpos substr substring to_char to_number translate upper`;
const TIME = `age clock_timestamp date_bin date_part date_trunc extract isfinite justify_days justify_hours justify_interval make_date make_interval make_timestamp
  make_timestamptz now overlaps statement_timestamp timezone to_date to_timestamp transaction_timestamp`;
const SETS = "generate_series unnest";

const words = (text: string) => text.split(/\s+/).filter((word) => word !== "");

/** What may be called. Not on it: everything that reads settings, catalogues, files or other sessions, that runs text, waits, or makes values of any length. */
export const FUNCTIONS: ReadonlySet<string> = new Set([AGGREGATES, WINDOW, MATH, TEXT, TIME, SETS].flatMap(words));

/** What may stand in FROM. */
export const TABLE_FUNCTIONS: ReadonlySet<string> = new Set(words(SETS));

/** Functions that make a text as long as their second argument says: it must be written out, and no larger. */
export const PADDING: ReadonlySet<string> = new Set(["lpad", "rpad"]);
export const MAX_PADDING = 1_000;

/** What may be cast to, and arrays of it. */
export const TYPES: ReadonlySet<string> = new Set(words(
  `bool boolean bpchar date decimal float float4 float8 int int2 int4 int8 integer bigint smallint interval numeric real text time timestamp timestamptz timetz uuid varchar`,
));

/** Operators of the types above. */
export const OPERATORS: ReadonlySet<string> = new Set(words("+ - * / % ^ = <> != < > <= >= || ~ ~* !~ !~* ~~ !~~ ~~* !~~* @> <@ &&"));

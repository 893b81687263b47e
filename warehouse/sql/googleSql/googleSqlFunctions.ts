/** GoogleSQL's counterpart of functions.ts. What a function may do with a statement of somebody who means harm decides. */
const AGGREGATES = `any_value approx_count_distinct approx_quantiles approx_top_count approx_top_sum array_agg array_concat_agg avg corr count countif covar_pop covar_samp
  grouping logical_and logical_or max max_by min min_by stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance`;
const WINDOW = "cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank percentile_cont percentile_disc rank row_number";
const MATH = `abs acos asin atan atan2 cbrt ceil ceiling cos degrees div exp floor greatest ieee_divide is_inf is_nan least ln log log10 mod pi pow power radians
  range_bucket round safe_add safe_divide safe_multiply safe_negate safe_subtract sign sin sqrt tan trunc`;
const TEXT = `ascii byte_length char_length character_length chr concat contains_substr ends_with farm_fingerprint initcap instr left length lower ltrim md5 normalize
  octet_length regexp_contains regexp_extract regexp_extract_all regexp_instr regexp_replace regexp_substr replace reverse right rtrim sha256 soundex split starts_with
  strpos substr substring to_hex translate trim unicode upper`;
const TIME = `current_date current_datetime current_time current_timestamp date date_add date_diff date_from_unix_date date_sub date_trunc datetime datetime_add datetime_diff
  datetime_sub datetime_trunc extract format_date format_datetime format_time format_timestamp last_day make_interval parse_date parse_datetime parse_time parse_timestamp
  time time_add time_diff time_sub time_trunc timestamp timestamp_add timestamp_diff timestamp_micros timestamp_millis timestamp_seconds timestamp_sub timestamp_trunc
  unix_date unix_micros unix_millis unix_seconds`;
const LISTS = `array_concat array_first array_last array_length array_reverse array_slice array_to_string generate_array generate_date_array generate_timestamp_array offset
  ordinal safe_offset safe_ordinal unnest`;
const CHOICE = "cast coalesce if ifnull nullif nullifzero safe_cast string zeroifnull";

const words = (text: string) => text.split(/\s+/).filter((word) => word !== "");

/** What may be called. Not on it: who asks, settings, other systems, models, keys, what fills memory by its argument. */
export const GOOGLE_FUNCTIONS: ReadonlySet<string> = new Set([AGGREGATES, WINDOW, MATH, TEXT, TIME, LISTS, CHOICE].flatMap(words));

/** Words that are no functions and may stand before a bracket. */
export const BEFORE_BRACKETS: ReadonlySet<string> = new Set(words(
  `all and any array as between by case cube distinct else except exists from having in intersect is join like limit not numeric bignumeric on or over partition qualify replace
  rollup select sets some then union using when where with interval`,
));

/** Words that have no business in a reading of tables here, by what is said of them. */
export const FOREIGN_WORDS: Readonly<Record<string, string>> = {
  for: "The past of a table is not for queries", system_time: "The past of a table is not for queries", tablesample: "TABLESAMPLE is not taken", pivot: "PIVOT is not taken: write sum(if(...)) per column",
  unpivot: "UNPIVOT is not taken: write union all", recursive: "WITH RECURSIVE is not taken", struct: "STRUCT is not taken: name the columns", proto: "PROTO is not taken", into: "INTO writes",
  match_recognize: "MATCH_RECOGNIZE is not taken", graph_table: "Graphs are not taken", information_schema: "What there is in BigQuery is listed by sqlTables", external_query: "Other systems are not asked from here",
  lateral: "LATERAL is not taken", model: "Models are not asked from here", connection: "Other systems are not asked from here",
};

// What of DuckDB's SQL an analyst may write here: reading only, so that nothing is offered that would be refused.

import { SQLDialect } from "@codemirror/lang-sql";

const KEYWORDS = `
  all and anti any as asc asof between by case cast collate cross current cube desc describe distinct else end escape
  except exclude exists explain fetch filter first following from full glob group grouping having ilike in inner
  intersect interval is isnull join last lateral left like limit materialized natural not notnull null nulls offset on
  or order outer over partition pivot positional preceding qualify range recursive replace respect right rollup row rows
  sample select semi sets similar some summarize symmetric table tablesample then ties to try_cast unbounded union
  unnest unpivot using values when where window with within true false
`;
const TYPES = `
  bigint boolean date decimal double float hugeint integer interval list map real smallint struct text time timestamp
  timestamptz tinyint varchar
`;
const FUNCTIONS = `
  abs approx_count_distinct arg_max arg_min array_agg avg bool_and bool_or ceil coalesce concat concat_ws contains corr
  count count_if cume_dist date_diff date_part date_trunc day dayofweek dense_rank epoch extract first_value floor
  format generate_series greatest if isodow isoyear lag last_day last_value lead least left length list list_agg ln
  log10 lower lpad ltrim max median min mode month month_name monthname mod ntile nullif percent_rank quantile_cont
  quantile_disc quarter rank regexp_extract regexp_matches regexp_replace replace round row_number rpad rtrim split_part
  sqrt starts_with stddev_samp strftime string_agg strptime substring sum trim trunc upper var_samp week weekday year
`;

const oneLine = (words) => words.trim().split(/\s+/).join(" ");

export const DuckDB = SQLDialect.define({
  keywords: oneLine(KEYWORDS),
  types: oneLine(TYPES),
  builtin: oneLine(FUNCTIONS),
  doubleDollarQuotedStrings: true,
  caseInsensitiveIdentifiers: true,
  // $name is a parameter.
  specialVar: "$?",
});

// What is offered while typing: tables and columns of the warehouse as the page names them, functions and keywords.

import { keywordCompletionSource, schemaCompletionSource } from "@codemirror/lang-sql";
import { DuckDB } from "./dialect.js";

const KINDS = { keyword: -20, function: -10, type: -15 };

/** Sources of completions for `catalogue`: [{schema, about, tables: [{name, about, call?, columns: [{name, about}]}]}]. */
export function sourcesOf(catalogue) {
  const namespace = Object.fromEntries(catalogue.map((schema) => [schema.schema, levelOf(schema)]));
  const keywords = keywordCompletionSource(DuckDB, false, (label, type) => {
    const kind = type === "builtin" ? "function" : type;
    return { label, type: kind, boost: KINDS[kind] ?? -20 };
  });
  return [schemaCompletionSource({ dialect: DuckDB, schema: namespace }), columnsInUse(catalogue), keywords];
}

function levelOf({ schema, about, tables }) {
  const children = Object.fromEntries(
    tables.map((table) => [
      table.name,
      { self: tableOption(table), children: table.columns.map((column) => columnOption(column)) },
    ]),
  );
  return { self: { label: schema, type: "namespace", detail: about }, children };
}

function tableOption({ name, about, call }) {
  return { label: name, type: call ? "function" : "class", detail: about, ...(call ? { apply: call } : {}) };
}

function columnOption({ name, about }, boost = 0) {
  return { label: name, type: "property", detail: about, boost };
}

/** Columns of the tables that the query names, without their table in front. */
function columnsInUse(catalogue) {
  const tables = catalogue.flatMap(({ schema, tables }) => tables.map((table) => [`${schema}.${table.name}`, table]));
  return (context) => {
    const word = context.matchBefore(/\w+/);
    // After a dot the schema's own source knows better.
    if (!word || context.state.sliceDoc(word.from - 1, word.from) === ".") return null;
    const query = context.state.doc.toString().toLowerCase();
    const named = tables.filter(([name]) => new RegExp(`\\b${name.replace(".", "\\.")}\\b`).test(query));
    const options = new Map();
    for (const [, table] of named) {
      for (const column of table.columns) options.set(column.name, columnOption(column, 10));
    }
    return options.size ? { from: word.from, options: [...options.values()], validFor: /^\w*$/ } : null;
  };
}

// How the editor looks: every colour and font is the page's own, so that it follows light and dark.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const tint = (colour, share) => `color-mix(in srgb, var(${colour}) ${share}%, transparent)`;

export const look = [
  EditorView.theme({
    "&": {
      color: "var(--st-text-color)",
      backgroundColor: "var(--st-background-color)",
      border: "1px solid var(--st-border-color)",
      borderRadius: "var(--st-base-radius)",
      fontSize: "14px",
    },
    "&.cm-focused": { outline: "2px solid var(--st-primary-color)", outlineOffset: "-1px" },
    ".cm-scroller": {
      fontFamily: "var(--st-code-font)",
      lineHeight: "1.6",
      minHeight: "12rem",
      maxHeight: "26rem",
      overflow: "auto",
    },
    ".cm-content": { caretColor: "var(--st-text-color)", padding: "0.6rem 0" },
    ".cm-cursor": { borderLeftColor: "var(--st-text-color)", borderLeftWidth: "2px" },
    ".cm-gutters": {
      backgroundColor: "var(--st-secondary-background-color)",
      color: "var(--st-gray-text-color)",
      borderRight: "1px solid var(--st-border-color)",
    },
    ".cm-activeLine": { backgroundColor: tint("--st-gray-color", 8) },
    ".cm-activeLineGutter": { backgroundColor: tint("--st-gray-color", 18), color: "var(--st-text-color)" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
      backgroundColor: `${tint("--st-blue-color", 26)} !important`,
    },
    ".cm-matchingBracket": { backgroundColor: tint("--st-blue-color", 22), outline: "none" },
    ".cm-nonmatchingBracket": { color: "var(--st-orange-text-color)" },
    ".cm-error-line": { backgroundColor: `${tint("--st-orange-color", 16)} !important` },
    ".cm-error-word": {
      textDecoration: "underline wavy var(--st-orange-text-color)",
      textUnderlineOffset: "4px",
    },
    ".cm-error-gutter": {
      color: "var(--st-orange-text-color) !important",
      fontWeight: "700",
      backgroundColor: `${tint("--st-orange-color", 24)} !important`,
    },
    ".cm-placeholder": { color: "var(--st-gray-text-color)" },
    ".cm-tooltip": {
      border: "1px solid var(--st-border-color)",
      borderRadius: "var(--st-base-radius)",
      backgroundColor: "var(--st-background-color)",
      color: "var(--st-text-color)",
      zIndex: 1000,
    },
    ".cm-tooltip-autocomplete > ul": {
      fontFamily: "var(--st-code-font) !important",
      maxHeight: "17rem !important",
      maxWidth: "min(34rem, 90vw) !important",
    },
    ".cm-tooltip-autocomplete > ul > li": { padding: "3px 8px !important", lineHeight: "1.5 !important" },
    ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
      backgroundColor: `${tint("--st-blue-color", 20)} !important`,
      color: "var(--st-text-color) !important",
    },
    ".cm-completionDetail": {
      fontFamily: "var(--st-font)",
      fontStyle: "normal",
      color: "var(--st-gray-text-color)",
      marginLeft: "0.8em",
    },
    ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  }),
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: tags.keyword, color: "var(--st-blue-text-color)", fontWeight: "600" },
      { tag: [tags.typeName, tags.standard(tags.name)], color: "var(--st-blue-text-color)" },
      { tag: [tags.string, tags.number, tags.bool, tags.null], color: "var(--st-orange-text-color)" },
      { tag: tags.special(tags.name), color: "var(--st-orange-text-color)", fontWeight: "600" },
      { tag: tags.comment, color: "var(--st-gray-text-color)", fontStyle: "italic" },
    ]),
  ),
];

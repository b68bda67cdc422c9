// The place of an error: its line tinted, the word at its column underlined, until the text is changed.

import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, GutterMarker, gutterLineClass } from "@codemirror/view";
import { RangeSet } from "@codemirror/state";

/** Carries {line, column} counted from 1 (column may be null), or null. */
export const setMark = StateEffect.define();

const onLine = Decoration.line({ class: "cm-error-line" });
const onWord = Decoration.mark({ class: "cm-error-word" });
const inGutter = new (class extends GutterMarker {
  elementClass = "cm-error-gutter";
})();

const NOTHING = { decorations: Decoration.none, gutter: RangeSet.empty };

export const marks = StateField.define({
  create: () => NOTHING,
  update(value, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setMark)) return effect.value ? around(placeOf(transaction.state.doc, effect.value), transaction.state.doc) : NOTHING;
    }
    return transaction.docChanged ? NOTHING : value;
  },
  provide: (field) => [
    EditorView.decorations.from(field, (value) => value.decorations),
    gutterLineClass.from(field, (value) => value.gutter),
  ],
});

/** Where in the text an error is: its first character; the last line where the line is beyond the text. */
export function placeOf(doc, { line, column }) {
  const found = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return Math.min(found.from + Math.max((column ?? 1) - 1, 0), found.to);
}

function around(place, doc) {
  const line = doc.lineAt(place);
  const word = line.text.slice(place - line.from).match(/^[\p{L}\p{N}_.]+|^\S/u);
  const ranges = [onLine.range(line.from)];
  if (word) ranges.push(onWord.range(place, place + word[0].length));
  return { decorations: Decoration.set(ranges, true), gutter: RangeSet.of([inGutter.range(line.from)]) };
}

// The SQL editor as a Streamlit component: CodeMirror with the warehouse's names, Ctrl+Enter and marked errors.
//
// From the page, `data`: {text, revision, catalogue, mark, label, placeholder}. The text is taken over only where
// `revision` is another one, so that the page need not send back what is being typed. To the page: the state `text`, as
// {text, count}, when the typing pauses or the editor is left, and the trigger `run` with the text at that moment.

import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { LanguageSupport, bracketMatching, indentOnInput } from "@codemirror/language";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { sourcesOf } from "./completion.js";
import { DuckDB } from "./dialect.js";
import { look } from "./look.js";
import { marks, placeOf, setMark } from "./marks.js";

const PAUSE_MILLISECONDS = 700;
const editors = new WeakMap();

class Editor {
  constructor(parent) {
    this.names = new Compartment();
    this.words = new Compartment();
    this.seen = {};
    this.told = undefined;
    const keys = [
      { key: "Mod-Enter", run: () => this.run(), preventDefault: true },
      { key: "Tab", run: acceptCompletion },
    ];
    this.view = new EditorView({
      root: parent instanceof ShadowRoot ? parent : undefined,
      parent: parent.querySelector("div"),
      extensions: [
        Prec.highest(keymap.of(keys)),
        lineNumbers(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        EditorState.tabSize.of(4),
        EditorView.lineWrapping,
        new LanguageSupport(DuckDB.language),
        autocompletion({ icons: false, activateOnTypingDelay: 60, maxRenderedOptions: 80 }),
        this.names.of([]),
        this.words.of([]),
        marks,
        look,
        // Tab indents; Escape, then Tab, leaves the editor (CodeMirror's own way out for the keyboard).
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, indentWithTab]),
        EditorView.updateListener.of((update) => update.docChanged && this.wait()),
        EditorView.domEventHandlers({ blur: () => this.tell() }),
      ],
    });
  }

  /** Take over what the page says. */
  show({ data, setStateValue, setTriggerValue }) {
    this.setStateValue = setStateValue;
    this.setTriggerValue = setTriggerValue;
    if (data.catalogueKey !== this.seen.catalogueKey) {
      const sources = sourcesOf(data.catalogue).map((autocomplete) => DuckDB.language.data.of({ autocomplete }));
      this.view.dispatch({ effects: this.names.reconfigure(sources) });
    }
    if (data.label !== this.seen.label) {
      const attributes = EditorView.contentAttributes.of({ "aria-label": data.label, spellcheck: "false" });
      this.view.dispatch({ effects: this.words.reconfigure([attributes, placeholder(data.placeholder)]) });
    }
    if (data.revision !== this.seen.revision) this.load(data.text);
    // A mark belongs to one run: the same one twice is shown twice.
    if (data.mark?.run !== this.seen.mark?.run) this.point(data.mark);
    this.seen = data;
  }

  load(text) {
    clearTimeout(this.timer);
    this.told = text;
    if (text === this.text) return;
    // One step that Ctrl+Z undoes.
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text }, selection: { anchor: text.length } });
    clearTimeout(this.timer);
  }

  point(mark) {
    const place = mark?.line ? placeOf(this.view.state.doc, mark) : null;
    const scroll = place === null ? [] : [EditorView.scrollIntoView(place, { y: "center" })];
    this.view.dispatch({
      effects: [setMark.of(mark?.line ? mark : null), ...scroll],
      ...(place === null ? {} : { selection: { anchor: place } }),
    });
  }

  get text() {
    return this.view.state.doc.toString();
  }

  run() {
    clearTimeout(this.timer);
    this.told = this.text;
    this.setTriggerValue("run", this.text);
    return true;
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tell(), PAUSE_MILLISECONDS);
  }

  tell() {
    clearTimeout(this.timer);
    // While characters are being composed the text holds what the reader has not chosen yet.
    if (this.view.composing) return this.wait();
    if (this.text === this.told) return undefined;
    this.told = this.text;
    // Numbered, because a state that is what it was before is not told: A, then Ctrl+Enter on B, then A again.
    return this.setStateValue("text", { text: this.text, count: Date.now() });
  }
}

export default function (component) {
  const { parentElement } = component;
  if (!editors.has(parentElement)) editors.set(parentElement, new Editor(parentElement));
  editors.get(parentElement).show(component);
  return () => {
    clearTimeout(editors.get(parentElement)?.timer);
    editors.get(parentElement)?.view.destroy();
    editors.delete(parentElement);
  };
}

/** The editor of a policy, with the findings of the linter below the text they are about. */
import {defaultKeymap, history, historyKeymap} from '@codemirror/commands';
import {bracketMatching, indentOnInput, StreamLanguage} from '@codemirror/language';
import {json} from '@codemirror/legacy-modes/mode/javascript';
import {python} from '@codemirror/legacy-modes/mode/python';
import {yaml} from '@codemirror/legacy-modes/mode/yaml';
import {type Diagnostic, lintGutter, lintKeymap, setDiagnostics} from '@codemirror/lint';
import {Compartment, EditorState, type Extension, type Text} from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import {tags} from '@lezer/highlight';
import type {Finding, Fix, Position} from '../../../lint/index.ts';
import {editorStyle} from './editor-style.ts';
import {element} from './element.ts';
import {fixesOf, ruleLink} from './findings-list.ts';
import type {Format, Policy} from './state.ts';

const LANGUAGES: Readonly<Record<Format, Extension>> = {
  json: StreamLanguage.define({...json, tokenTable: {property: tags.propertyName}}),
  yaml: StreamLanguage.define(yaml),
  python: StreamLanguage.define(python),
};

export class Editor {
  readonly #view: EditorView;
  readonly #extensions: Extension;
  /** The states of policies that are not in the editor, so that each keeps its history. */
  readonly #states = new Map<string, EditorState>();
  /** Completion and hovers, which are loaded late. */
  readonly #assistance = new Compartment();
  #assistant: Extension = [];
  #shown: string | undefined;

  /**
   * @param label  What it edits, for those who do not see it.
   * @param onEdit Called with the text after each edit.
   */
  constructor(parent: HTMLElement, label: string, onEdit: (text: string) => void) {
    this.#extensions = [
      lineNumbers(),
      lintGutter(),
      highlightSpecialChars(),
      history(),
      drawSelection(),
      indentOnInput(),
      bracketMatching(),
      highlightActiveLine(),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({'aria-label': label}),
      keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap]),
      editorStyle,
      EditorView.updateListener.of(({docChanged, state}) => {
        if (docChanged) onEdit(state.doc.toString());
      }),
    ];
    this.#view = new EditorView({parent});
  }

  show({name, format, text}: Policy): void {
    const key = `${format} ${name}`;
    if (key === this.#shown && text === this.text) return;
    if (this.#shown !== undefined) this.#states.set(this.#shown, this.#view.state);
    const known = this.#states.get(key);
    const assistance = this.#assistance.of(this.#assistant);
    const fresh = EditorState.create({doc: text, extensions: [LANGUAGES[format], this.#extensions, assistance]});
    this.#view.setState(known?.doc.eq(fresh.doc) === true ? known : fresh);
    this.assist(this.#assistant);
    this.#shown = key;
  }

  /** Adds completion and hovers, to the states of other policies too when they are shown. */
  assist(assistant: Extension): void {
    this.#assistant = assistant;
    this.#view.dispatch({effects: this.#assistance.reconfigure(assistant)});
  }

  get text(): string {
    return this.#view.state.doc.toString();
  }

  /** @param text The text that was linted. The findings of an older text are not shown. */
  setFindings(findings: readonly Finding[], text: string): void {
    const {state} = this.#view;
    if (text !== this.text) return;
    const diagnostics = findings.map((finding): Diagnostic => {
      const {range, severity, message} = finding;
      const from = offsetOf(range.start, state.doc);
      return {
        from,
        to: Math.max(from, offsetOf(range.end, state.doc)),
        severity,
        message,
        renderMessage: () => element('span', {}, ruleLink(finding), ` ${message}`),
        actions: fixesOf(finding).map(fix => ({name: fix.title, apply: () => this.apply(fix, text)})),
      };
    });
    this.#view.dispatch(setDiagnostics(state, diagnostics));
  }

  /** @param text The text that the fix is for. A fix of an older text is not applied. */
  apply({edits}: Fix, text: string): void {
    if (text !== this.text) return;
    this.#view.dispatch({
      changes: edits.map(({start, end, text}) => ({from: start, to: end, insert: text})),
      userEvent: 'input.fix',
    });
    this.#view.focus();
  }

  /** Moves the cursor, and scrolls to it. */
  reveal(position: Position): void {
    const at = offsetOf(position, this.#view.state.doc);
    this.#view.dispatch({selection: {anchor: at}, effects: EditorView.scrollIntoView(at, {y: 'center'})});
    this.#view.focus();
  }
}

/** Lines and columns count from 1. */
function offsetOf({line, column}: Position, doc: Text): number {
  const {from, to} = doc.line(Math.min(line, doc.lines));
  return Math.min(from + column - 1, to);
}

/** Completion and hovers of the editor. Loaded when the editor is first used: it is usable without. */
import {autocompletion, type Completion, type CompletionContext, type CompletionResult} from '@codemirror/autocomplete';
import type {Extension, Text} from '@codemirror/state';
import {type EditorView, hoverTooltip, type Tooltip} from '@codemirror/view';
import type {CompletionItem, Position, Range} from 'vscode-languageserver-types';
import {markdownNodes} from './markdown.ts';
import type {AssistJob, AssistResult} from './protocol.ts';
import type {Remote} from './remote.ts';
import {insertion} from './snippet.ts';
import {today} from './today.ts';

export interface AssistParts {
  readonly remote: Remote<AssistJob, AssistResult>;
  /** The name of the policy in the editor as a file. */
  readonly path: () => string;
}

export function assistance({remote, path}: AssistParts): Extension {
  const ask = (wants: AssistJob['wants'], doc: Text, offset: number): Promise<AssistResult> =>
    remote.run({wants, path: path(), text: doc.toString(), position: positionOf(offset, doc), today: today()});

  const complete = async ({state: {doc}, pos, explicit}: CompletionContext): Promise<CompletionResult | null> => {
    if (!explicit && !BEGUN.test(doc.sliceString(Math.max(0, pos - 2), pos))) return null;
    const {completions} = await ask('completions', doc, pos);
    const range = rangeOf(completions[0]);
    if (range === undefined) return null;
    const options = completions.map(optionOf);
    return {from: offsetOf(range.start, doc), to: offsetOf(range.end, doc), options, validFor: WORD};
  };

  const explain = async ({state: {doc}}: EditorView, pos: number): Promise<Tooltip | null> => {
    const {hover} = await ask('hover', doc, pos);
    const {contents, range} = hover ?? {};
    if (contents === undefined || !isMarkup(contents)) return null;
    const place = range === undefined ? {pos} : {pos: offsetOf(range.start, doc), end: offsetOf(range.end, doc)};
    // A range of many lines would put the card far from the pointer.
    return {
      ...place,
      pos: Math.max(place.pos, doc.lineAt(pos).from),
      above: true,
      create: () => ({dom: cardOf(contents.value)}),
    };
  };

  return [autocompletion({override: [complete], icons: false}), hoverTooltip(explain)];
}

/** A key or a value has been begun: a word, a quote, or what stands between a key and its value. */
const BEGUN = /(?:[\w$"]|[:-] ?)$/;
/** While such a text is typed on, the same completions apply. */
const WORD = /^["']?[\w$.+/:-]*["']?$/;

function optionOf(item: CompletionItem, index: number): Completion {
  const {label, filterText = label, detail, documentation} = item;
  return {
    label: filterText,
    displayLabel: label,
    // In the order of the list.
    boost: -Math.min(99, index),
    ...(detail === undefined ? {} : {detail}),
    ...(isMarkup(documentation) ? {info: () => cardOf(documentation.value)} : {}),
    apply: insertion(item),
  };
}

function rangeOf(item: CompletionItem | undefined): Range | undefined {
  const edit = item?.textEdit;
  return edit !== undefined && 'range' in edit ? edit.range : undefined;
}

const isMarkup = (contents: unknown): contents is {readonly value: string} =>
  typeof contents === 'object' && contents !== null && 'value' in contents && typeof contents.value === 'string';

function cardOf(markdown: string): HTMLElement {
  const card = document.createElement('div');
  card.className = 'card';
  card.append(...markdownNodes(markdown));
  return card;
}

/** The protocol counts from 0. */
function positionOf(offset: number, doc: Text): Position {
  const {number, from} = doc.lineAt(offset);
  return {line: number - 1, character: offset - from};
}

function offsetOf({line, character}: Position, doc: Text): number {
  const {from, to} = doc.line(Math.min(line + 1, doc.lines));
  return Math.min(from + character, to);
}

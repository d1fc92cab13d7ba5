/** The look of the editor. Colors are variables of tokens.css, so light and dark need no change here. */
import {HighlightStyle, syntaxHighlighting} from '@codemirror/language';
import type {Extension} from '@codemirror/state';
import {EditorView} from '@codemirror/view';
import {tags} from '@lezer/highlight';

const frame = EditorView.theme({
  '&': {height: '100%', color: 'var(--ink)', backgroundColor: 'var(--bg)', fontSize: '13.5px'},
  '&.cm-focused': {outline: 'none'},
  '.cm-scroller': {fontFamily: 'var(--mono)', lineHeight: '1.6'},
  '.cm-content': {caretColor: 'var(--ink)', padding: '12px 0'},
  '.cm-cursor': {borderLeftColor: 'var(--ink)'},
  '.cm-gutters': {backgroundColor: 'var(--bg)', color: 'var(--ink-2)', border: 'none'},
  '.cm-activeLine': {backgroundColor: 'var(--mark)'},
  '.cm-activeLineGutter': {backgroundColor: 'transparent', color: 'var(--ink)'},
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--mark-2)',
  },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {backgroundColor: 'var(--mark-2)'},
  '.cm-tooltip': {
    backgroundColor: 'var(--bg-2)',
    color: 'var(--ink)',
    border: '1px solid var(--line)',
    borderRadius: 'var(--r2)',
    boxShadow: 'var(--shadow)',
    maxWidth: 'min(34rem, 92vw)',
    overflow: 'hidden',
  },
  // Its information stands beside it, and is part of it.
  '.cm-tooltip.cm-tooltip-autocomplete': {overflow: 'visible', maxWidth: 'none'},
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {fontFamily: 'var(--mono)', maxHeight: '14em'},
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {padding: '2px 10px'},
  '.cm-tooltip-autocomplete ul li[aria-selected]': {backgroundColor: 'var(--mark-2)', color: 'var(--ink)'},
  '.cm-completionDetail': {color: 'var(--ink-2)', fontStyle: 'normal', fontFamily: 'var(--sans)'},
  '.cm-completionMatchedText': {textDecoration: 'none', fontWeight: '600'},
  '.cm-tooltip.cm-completionInfo': {padding: '0'},
  '.cm-snippetField': {backgroundColor: 'var(--mark-2)'},
  '.cm-tooltip-section:not(:first-child)': {borderTop: '1px solid var(--line)'},
  '.cm-diagnostic': {padding: '8px 12px', fontFamily: 'var(--sans)', whiteSpace: 'normal'},
  '.cm-diagnosticText': {display: 'block'},
  '.cm-diagnostic-error': {borderLeft: '3px solid var(--bad)'},
  '.cm-diagnostic-warning': {borderLeft: '3px solid var(--warn)'},
  '.cm-diagnostic-info': {borderLeft: '3px solid var(--accent)'},
  '.cm-diagnosticAction': {
    backgroundColor: 'var(--accent)',
    color: 'var(--on-accent)',
    borderRadius: 'var(--r1)',
    padding: '3px 8px',
    margin: '6px 8px 0 0',
    fontSize: '12.5px',
  },
  '.cm-gutter-lint': {width: '1.1em'},
  '.cm-gutter-lint .cm-gutterElement': {padding: '0'},
  '.cm-lint-marker': {width: '8px', height: '8px', margin: '7px auto 0', borderRadius: '50%'},
  '.cm-lint-marker-error, .cm-lint-marker-warning, .cm-lint-marker-info': {content: '""'},
  '.cm-lint-marker-error': {backgroundColor: 'var(--bad)'},
  '.cm-lint-marker-warning': {backgroundColor: 'var(--warn)'},
  '.cm-lint-marker-info': {backgroundColor: 'var(--accent)'},
  '.cm-lintRange': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy',
    textDecorationSkipInk: 'none',
    textUnderlineOffset: '3px',
  },
  '.cm-lintRange-error': {textDecorationColor: 'var(--bad)'},
  '.cm-lintRange-warning': {textDecorationColor: 'var(--warn)'},
  '.cm-lintRange-info': {textDecorationColor: 'var(--accent)'},
  '.cm-lintRange-active': {backgroundColor: 'var(--mark-2)'},
});

const highlighting = HighlightStyle.define([
  {tag: tags.string, color: 'var(--good)'},
  // A key of JSON is a string too, so this comes after strings.
  {tag: [tags.propertyName, tags.definition(tags.propertyName), tags.atom], color: 'var(--accent)'},
  {tag: [tags.number, tags.bool, tags.null, tags.keyword], color: 'var(--bad)'},
  {tag: tags.comment, color: 'var(--ink-2)', fontStyle: 'italic'},
  {tag: [tags.meta, tags.punctuation], color: 'var(--ink-2)'},
]);

export const editorStyle: Extension = [frame, syntaxHighlighting(highlighting)];

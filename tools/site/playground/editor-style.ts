/** The look of the editor. Colours are variables of style.css, so light and dark need no change here. */
import {HighlightStyle, syntaxHighlighting} from '@codemirror/language';
import type {Extension} from '@codemirror/state';
import {EditorView} from '@codemirror/view';
import {tags} from '@lezer/highlight';

const frame = EditorView.theme({
  '&': {height: '100%', color: 'var(--text)', backgroundColor: 'var(--page)', fontSize: '13.5px'},
  '&.cm-focused': {outline: 'none'},
  '.cm-scroller': {fontFamily: 'var(--mono)', lineHeight: '1.6'},
  '.cm-content': {caretColor: 'var(--text)', padding: '12px 0'},
  '.cm-cursor': {borderLeftColor: 'var(--text)'},
  '.cm-gutters': {backgroundColor: 'var(--page)', color: 'var(--faint)', border: 'none'},
  '.cm-activeLine': {backgroundColor: 'var(--line-active)'},
  '.cm-activeLineGutter': {backgroundColor: 'transparent', color: 'var(--text)'},
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--selection)',
  },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {backgroundColor: 'var(--selection)'},
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--text)',
    border: '1px solid var(--border)',
    borderRadius: '6px',
    boxShadow: '0 4px 16px rgb(0 0 0 / 0.18)',
    maxWidth: 'min(34rem, 92vw)',
    overflow: 'hidden',
  },
  // Its information stands beside it, and is part of it.
  '.cm-tooltip.cm-tooltip-autocomplete': {overflow: 'visible', maxWidth: 'none'},
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {fontFamily: 'var(--mono)', maxHeight: '14em'},
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {padding: '2px 10px'},
  '.cm-tooltip-autocomplete ul li[aria-selected]': {backgroundColor: 'var(--selection)', color: 'var(--text)'},
  '.cm-completionDetail': {color: 'var(--faint)', fontStyle: 'normal', fontFamily: 'var(--sans)'},
  '.cm-completionMatchedText': {textDecoration: 'none', fontWeight: '600'},
  '.cm-tooltip.cm-completionInfo': {padding: '0'},
  '.cm-snippetField': {backgroundColor: 'var(--selection)'},
  '.cm-tooltip-section:not(:first-child)': {borderTop: '1px solid var(--border)'},
  '.cm-diagnostic': {padding: '8px 12px', fontFamily: 'var(--sans)', whiteSpace: 'normal'},
  '.cm-diagnosticText': {display: 'block'},
  '.cm-diagnostic-error': {borderLeft: '3px solid var(--error)'},
  '.cm-diagnostic-warning': {borderLeft: '3px solid var(--warning)'},
  '.cm-diagnostic-info': {borderLeft: '3px solid var(--info)'},
  '.cm-diagnosticAction': {
    backgroundColor: 'var(--brand)',
    color: 'var(--on-brand)',
    borderRadius: '4px',
    padding: '3px 8px',
    margin: '6px 8px 0 0',
    fontSize: '12.5px',
  },
  '.cm-gutter-lint': {width: '1.1em'},
  '.cm-gutter-lint .cm-gutterElement': {padding: '0'},
  '.cm-lint-marker': {width: '8px', height: '8px', margin: '7px auto 0', borderRadius: '50%'},
  '.cm-lint-marker-error, .cm-lint-marker-warning, .cm-lint-marker-info': {content: '""'},
  '.cm-lint-marker-error': {backgroundColor: 'var(--error)'},
  '.cm-lint-marker-warning': {backgroundColor: 'var(--warning)'},
  '.cm-lint-marker-info': {backgroundColor: 'var(--info)'},
  '.cm-lintRange': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy',
    textDecorationSkipInk: 'none',
    textUnderlineOffset: '3px',
  },
  '.cm-lintRange-error': {textDecorationColor: 'var(--error)'},
  '.cm-lintRange-warning': {textDecorationColor: 'var(--warning)'},
  '.cm-lintRange-info': {textDecorationColor: 'var(--info)'},
  '.cm-lintRange-active': {backgroundColor: 'var(--selection)'},
});

const highlighting = HighlightStyle.define([
  {tag: tags.string, color: 'var(--code-string)'},
  // A key of JSON is a string too, so this comes after strings.
  {tag: [tags.propertyName, tags.definition(tags.propertyName), tags.atom], color: 'var(--code-key)'},
  {tag: [tags.number, tags.bool, tags.null, tags.keyword], color: 'var(--code-value)'},
  {tag: tags.comment, color: 'var(--faint)', fontStyle: 'italic'},
  {tag: [tags.meta, tags.punctuation], color: 'var(--faint)'},
]);

export const editorStyle: Extension = [frame, syntaxHighlighting(highlighting)];

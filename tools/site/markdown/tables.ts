/** Tables of the documents: each in a box that scrolls, with scopes, and with the head of its column at each cell, which a phone shows as a card. */
import type {MarkdownRenderer} from 'vitepress';
import {type Tokens, textOf} from './tokens.ts';

/** A cell that says whether something holds. */
const MARK = /^(?:[✓✗–·]|pass|fail|n\/a)$/;

const RESULTS: Readonly<Record<string, string>> = {
  pass: 'pass',
  '✓': 'pass',
  fail: 'fail',
  '✗': 'fail',
  'n/a': 'none',
  '–': 'none',
  '·': 'none',
};

export function tables(md: MarkdownRenderer): void {
  md.core.ruler.push('tables', ({tokens}) => {
    for (const [index, {type}] of tokens.entries())
      if (type === 'table_open') describe(tokens, index, tokens.indexOf(tokens.slice(index).find(isEnd)!));
  });
  md.renderer.rules.table_open = (tokens, index, options, _env, self) =>
    `<div class="box">${self.renderToken(tokens, index, options)}`;
  md.renderer.rules.table_close = (tokens, index, options, _env, self) =>
    `${self.renderToken(tokens, index, options)}</div>`;
}

const isEnd = ({type}: Tokens[number]): boolean => type === 'table_close';

function describe(tokens: Tokens, start: number, end: number): void {
  const heads: string[] = [];
  let column = 0;
  let marks = 0;
  let cells = 0;
  for (let index = start; index < end; index++) {
    const token = tokens[index]!;
    if (token.type === 'tr_open') column = 0;
    if (token.type === 'th_open') {
      const head = textOf(tokens[index + 1]!);
      heads.push(head);
      // A head without a text heads nothing.
      if (head === '') setTag(tokens, index, 'td');
      else token.attrSet('scope', 'col');
    }
    if (token.type !== 'td_open') continue;
    const text = textOf(tokens[index + 1]!);
    if (column === 0) asHead(tokens, index);
    else {
      token.attrSet('data-l', heads[column] ?? '');
      cells++;
      const mark = /^[✓✗](?= )/.exec(text)?.[0] ?? text;
      if (RESULTS[mark] !== undefined) token.attrJoin('class', `result-${RESULTS[mark]}`);
      if (MARK.test(text)) {
        token.attrJoin('class', 'mark');
        marks++;
      }
    }
    column++;
  }
  if (marks > cells / 2) tokens[start]!.attrJoin('class', 'marks');
}

/** The first cell of a row names it. */
function asHead(tokens: Tokens, index: number): void {
  setTag(tokens, index, 'th');
  tokens[index]!.attrSet('scope', 'row');
}

/** Of a cell, whose content is one token. */
function setTag(tokens: Tokens, index: number, tag: string): void {
  tokens[index]!.tag = tag;
  tokens[index + 2]!.tag = tag;
}

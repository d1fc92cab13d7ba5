/** Programs with tokens taken out, doubled and swapped: those that can still be parsed are read to the end, and every suggestion leaves a program. */
import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import {applyEdits} from '../../../lint/edit/text-edit.ts';
import {analyse} from '../../../lint/eslint/analyse.ts';
import type {JsNode} from '../../../lint/source/javascript/syntax.ts';
import {seededRandom} from '../../../src/core/random.ts';
import {parse} from './programs.ts';

const folder = new URL('../judged-javascript/', import.meta.url);
const texts = readdirSync(folder)
  .filter(name => /\.[jt]s$/.test(name))
  .map(name => readFileSync(new URL(name, folder), 'utf8'));

const TOKENS = /[A-Za-z_$][\w$]*|\d[\d_.]*|'[^']*'|`[^`]*`|=>|\*\*|[-+*/<>=!&|]+|[^\s\w]/g;

const kindOf = (token: string): string => (/^[\w$]/.test(token) ? 'word' : /^['`]/.test(token) ? 'text' : 'mark');

describe('JavaScript: programs with slips', () => {
  const random = seededRandom(34);
  const below = (most: number): number => Math.floor(random() * most);

  function mutated(text: string): string {
    const tokens = [...text.matchAll(TOKENS)];
    const a = tokens[below(tokens.length)]!;
    // Of its kind, so that most can still be parsed.
    const alike = tokens.filter(([token]) => kindOf(token) === kindOf(a[0]));
    const b = alike[below(alike.length)]!;
    const put = (at: RegExpMatchArray, word: string): string =>
      text.slice(0, at.index) + word + text.slice(at.index! + at[0].length);
    return put(a, [b[0], b[0], b[0], `(${a[0]})`, '', `${a[0]} ${a[0]}`][below(6)]!);
  }

  const parsed = (text: string): JsNode | undefined => {
    try {
      return parse(text);
    } catch {
      return undefined;
    }
  };

  it('are read to the end, and their suggestions are programs', () => {
    let [read, changed] = [0, 0];
    for (let round = 0; round < 900; round++) {
      const text = mutated(texts[below(texts.length)]!);
      const ast = parsed(text);
      if (ast === undefined) continue;
      read++;
      for (const {fix, suggestions} of analyse({ast, text, path: 'calls.ts'}))
        for (const each of [fix, ...suggestions]) {
          if (each === undefined) continue;
          changed++;
          const after = applyEdits(text, each.edits);
          expect(parsed(after), `${each.title}\n${text}\n\n${after}`).not.to.equal(undefined);
        }
    }
    expect(read).to.be.above(200);
    expect(changed).to.be.above(100);
  });

  it('may have nodes that lack what they should have', () => {
    const text = texts.join('\n');
    const whole = JSON.stringify(parse(texts[0]!));
    for (const field of ['arguments', 'callee', 'body', 'properties', 'id', 'init', 'range', 'start', 'test', 'params'])
      for (const value of ['null', '[]', '{}', '7']) {
        const broken = whole.replaceAll(`"${field}":`, `"${field}":${value},"other":`);
        expect(() => analyse({ast: JSON.parse(broken), text, path: 'calls.ts'}), `${field} ${value}`).not.to.throw();
      }
  });
});

/** Texts without slips are read by a reader of their own. It gives what the parser gives that goes on behind slips. */
import {expect} from 'chai';
import fc from 'fast-check';
import {readJson} from '../../lint/source/json.ts';
import {readTolerantly} from '../../lint/source/tolerant-json.ts';
import {runs} from '../support/runs.ts';

/** Where two readers could differ: blanks, comments, escapes, numbers, commas, and characters that JSON does not know. */
const pieces = fc.constantFrom(
  ...['{', '}', '[', ']', ',', ':', ' ', '\t', '\n', '\r\n', '\f', '\u00A0', '\u2028', '\uFEFF', '//', '/*', '*/', '/'],
  ...[
    '// a "comment"\n',
    '/* of\n * two lines */',
    '/**/',
    '"a"',
    '"b"',
    '"\\u00e9\\n\\\\"',
    '"\\x"',
    '"\\u12"',
    '"',
    '\\',
    '\u0001',
  ],
  ...[
    '0',
    '-0',
    '01',
    '1.5',
    '1.',
    '.5',
    '1e3',
    '1E+400',
    '-',
    'true',
    'false',
    'null',
    'nul',
    'truer',
    "'c'",
    '"a": 1,',
    '"\u2028"',
  ],
);

/** A value, written with blanks, comments and trailing commas. */
const written = fc.letrec<{value: string}>(tie => {
  const blank = fc.constantFrom('', ' ', '\n  ', '\r\n', '\t', '/* c */', '// c\n', ' // "c": {\n /* d */ ');
  const key = fc.oneof(fc.string(), fc.constantFrom('a', 'b', '__proto__', '"\\\u2028'));
  const comma = fc.constantFrom('', ',');
  const spaced = fc.tuple(blank, tie('value'), blank).map(parts => parts.join(''));
  const member = fc
    .tuple(blank, key, blank, spaced)
    .map(([a, name, b, value]) => `${a}${JSON.stringify(name)}${b}:${value}`);
  const closed =
    (open: string, close: string) =>
    ([items, end, space]: [string[], string, string]) =>
      `${open}${items.join(',')}${items.length === 0 ? '' : end}${space}${close}`;
  return {
    value: fc.oneof(
      {depthSize: 'small', withCrossShrink: true},
      fc.jsonValue({maxDepth: 0}).map(value => JSON.stringify(value)),
      fc.tuple(fc.array(spaced, {maxLength: 4}), comma, blank).map(closed('[', ']')),
      fc.tuple(fc.array(member, {maxLength: 4}), comma, blank).map(closed('{', '}')),
    ),
  };
}).value;

const cut = fc.tuple(written, fc.nat(), fc.nat(3), pieces).map(([text, at, length, piece]) => {
  const from = text.length === 0 ? 0 : at % text.length;
  return text.slice(0, from) + piece + text.slice(from + length);
});

async function same(text: string): Promise<void> {
  expect(await readJson('p.json', text)).to.deep.equal(readTolerantly('p.json', text));
}

describe('the reader of JSON without slips', () => {
  it('gives the tree, the comments and the duplicate keys of the tolerant parser', () =>
    fc.assert(fc.asyncProperty(written, same), {numRuns: runs(500, 2000)}));

  it('leaves texts with slips to the tolerant parser', () =>
    fc.assert(fc.asyncProperty(cut, same), {numRuns: runs(700, 3000)}));

  it('agrees on any sequence of tokens', () =>
    fc.assert(
      fc.asyncProperty(fc.array(pieces, {maxLength: 9}), async parts => same(parts.join(''))),
      {numRuns: runs(700, 3000)},
    ));

  for (const [what, text] of Object.entries({
    'a byte order mark': '\uFEFF{"a": 1}',
    'nesting below the limit': `${'['.repeat(64)}${']'.repeat(64)}`,
    'nesting above the limit': `${'['.repeat(70)}${']'.repeat(70)}`,
    'nesting without end': '['.repeat(100_000),
    'an empty text': '',
    'a comment alone': '// nothing',
    'a comment at the end': '{} // so',
    'a comment that is never closed': '{} /* so',
  }))
    it(`agrees on ${what}`, () => same(text));
});

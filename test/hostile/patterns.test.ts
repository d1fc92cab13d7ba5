/**
 * Every regular expression of src by itself, against text made to make it backtrack. They are read from the sources, so that a
 * new one cannot be forgotten; the texts are made of what each of them matches.
 */
import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import fc from 'fast-check';
import {parseHttpDate} from '../../src/decide/http-date.ts';
import {readKey} from '../../src/server/key.ts';
import {readAccessLine} from '../../src/triage/formats/access-line.ts';
import {statusInText} from '../../src/triage/status-text.ts';
import {sourceFile} from '../layers/source.ts';
import {runs} from '../support/runs.ts';

const src = new URL('../../src/', import.meta.url);
const files = readdirSync(src, {recursive: true, encoding: 'utf8'})
  .filter(path => path.endsWith('.ts'))
  .map(path => sourceFile(path.replaceAll('\\', '/'), readFileSync(new URL(path, src), 'utf8')));

/** Twice as long would take four times as long where it is the square: 200 ms are far from either. */
const LENGTH = 50_000;
const LONGEST_MS = 200;
/** What the patterns for lines of logs begin with. */
const LOG_PIECES = [
  'GET /a ',
  'GET /',
  '"GET /a HTTP/1.1" ',
  'GET https://',
  '| ',
  '|',
  '4',
  '429, ',
  'status ',
  'Error code: ',
  'returned an ',
  'HTTP/1.1 ',
  'a:',
  'a.b',
];

/** What is never asked of longer text than this, for the code before it looks at the length. */
const BOUNDED: Readonly<Record<string, number>> = {
  '/,(?=(?:[^"]*"[^"]*")*[^"]*$)/': 1024, // LONGEST_FIELD of rate-limit.ts.
};

describe('every regular expression of src', () => {
  for (const {path, patterns} of files)
    for (const pattern of new Set(patterns))
      it(`${path}: ${pattern.slice(0, 80)}`, () => {
        const regex = compiled(pattern);
        const begins = samples(regex);
        let tried = 0;
        // The short ones first: they end where the time doubles with every letter.
        for (const length of [28, BOUNDED[pattern] ?? LENGTH])
          for (const text of attacks(begins, length)) {
            tried++;
            const ms = leastMs(regex, text);
            if (ms >= LONGEST_MS) expect.fail(`${ms} ms for ${JSON.stringify(text.slice(0, 60))}…`);
          }
        expect(tried).to.be.above(0);
      });

  it('is found: the rest of the sources has slashes only between numbers', () => {
    expect(files).not.to.be.empty;
    for (const {path, bare} of files) {
      const rest = bare.replace(/`(?:\\[\s\S]|[^`\\])*`/g, '');
      expect(rest.match(/.*(?<! )\/.*|.*\/(?! ).*/g) ?? [], path).to.deep.equal([]);
    }
  });

  it('that is built from text is for dates, for keys or for lines of logs', () => {
    const made = files.filter(({bare}) => /\bRegExp\s*\(/.test(bare)).map(({path}) => path);
    expect(made).to.have.members([
      'decide/http-date.ts',
      'server/key.ts',
      'triage/status-text.ts',
      'triage/phrases.ts',
      'triage/formats/access-line.ts',
    ]);
    for (const piece of LOG_PIECES) {
      const text = piece.repeat(LENGTH / piece.length);
      for (const read of [statusInText, readAccessLine])
        expect(
          fastestOf(() => void read(text)),
          piece,
        ).to.be.below(LONGEST_MS);
    }
    for (const begin of ['Sun, 06 Nov 1994 08:49:37 ', 'Sunday, 06-Nov-94 08:49:37 ', 'Sun Nov  6 08:49:37 1994 '])
      for (const piece of ['GMT', ' ', '0', begin]) {
        const text = begin + piece.repeat(LENGTH / piece.length);
        expect(fastestOf(() => parseHttpDate(text, 0))).to.be.below(LONGEST_MS);
      }
    for (const begin of ['"k"', '"k"; a=', '"k"; a="', '"'])
      for (const piece of ['; a', ';a=1', ';a="b"', '; ', 'a', '\\\\', '1.', ':A']) {
        const text = `${begin}${piece.repeat(LENGTH / piece.length)}\0`;
        expect(fastestOf(() => readKey(text))).to.be.below(LONGEST_MS);
      }
  });
});

function compiled(pattern: string): RegExp {
  const end = pattern.lastIndexOf('/');
  return new RegExp(pattern.slice(1, end), pattern.slice(end + 1));
}

/** Matching texts with a piece of them repeated to that length, and an end that does not match. */
function* attacks(begins: readonly string[], length: number): Generator<string> {
  for (const sample of begins)
    for (let from = 0; from <= sample.length; from++)
      for (let to = from + 1; to <= Math.min(from + 2, sample.length); to++) {
        const pumped = sample.slice(0, from) + sample.slice(from, to).repeat(length / (to - from));
        yield `${pumped}\0`;
        yield `${pumped}${sample.slice(to)}\n`;
      }
  for (const piece of ['a', '0', ' ', '"', ',', '/', 'a0', 'a:', ' 0'])
    yield `${piece.repeat(length / piece.length)}\0`;
}

function samples(regex: RegExp): string[] {
  const source = withoutAssertions(regex.source);
  if (source === '') return []; // It looks, and takes nothing.
  const arbitrary = fc.stringMatching(new RegExp(source, regex.flags.replace(/[gi]/g, '')));
  const found = fc.sample(arbitrary, {seed: 30, numRuns: 40}).filter(text => text.length > 0 && text.length <= 40);
  return [...new Set(found)].sort((a, b) => b.length - a.length).slice(0, runs(1, 2));
}

/** fast-check makes no text for what a pattern only looks at. */
function withoutAssertions(source: string): string {
  let text = source.replace(/\\[bB]/g, '');
  for (let at = text.search(/\(\?<?[=!]/); at >= 0; at = text.search(/\(\?<?[=!]/))
    text = text.slice(0, at) + text.slice(endOfGroup(text, at));
  return text;
}

function endOfGroup(source: string, start: number): number {
  let depth = 0;
  for (const {0: token, index} of source.slice(start).matchAll(/\\.|\[(?:\\.|[^\]\\])*\]|[()]/g)) {
    if (token === '(') depth++;
    if (token === ')' && --depth === 0) return start + index + 1;
  }
  throw new Error(`${source} has an open group.`);
}

function leastMs(regex: RegExp, text: string): number {
  return fastestOf(() => text.replace(regex, ''));
}

/** The machine may be busy with something else; not three times in a row. */
function fastestOf(work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let time = 0; time < 3 && least >= LONGEST_MS; time++) {
    const began = performance.now();
    work();
    least = Math.min(least, performance.now() - began);
  }
  return least;
}

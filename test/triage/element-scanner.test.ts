/** The objects of a list are found in a document of any layout, in pieces cut anywhere. Texts are compared, because parsing is not at stake. */
import {expect} from 'chai';
import fc from 'fast-check';
import {ElementScanner, type Lists, THE_LIST} from '../../src/triage/element-scanner.ts';

interface Found {
  readonly elements: string[];
  readonly lines: number[];
  readonly unreadable: number;
}

const always = (): boolean => true;

/** No string of JSON holds a line feed as it is. */
const INDENT = /\n\s*/g;
const written = (all: readonly object[], space?: string | number): string[] =>
  all.map(each => JSON.stringify(each, null, space).replace(INDENT, ''));

function scanned(text: string, chunk: number, lists: Lists = {spans: always}, longest = 1e6): Found {
  const elements: string[] = [];
  const lines: number[] = [];
  let unreadable = 0;
  const scanner = new ElementScanner(
    {
      element(json, line) {
        elements.push(json.replace(INDENT, ''));
        lines.push(line);
      },
      unreadable: () => void unreadable++,
    },
    lists,
    longest,
  );
  for (let at = 0; at < text.length; at += chunk) scanner.feed(text.slice(at, at + chunk));
  scanner.end();
  return {elements, lines, unreadable};
}

/** Objects whose texts look like the structure of a document. */
const element = fc.dictionary(
  fc.oneof(fc.constantFrom('spans', 'kind', '"', '\\', '{'), fc.string()),
  fc.oneof(fc.jsonValue(), fc.constantFrom('"spans":[{', '\\"', '\\', '}]}', '\n{"log"')),
);
const chunk = fc.integer({min: 1, max: 50});
const layout = fc.constantFrom(undefined, 1, '\t');

describe('element scanner', () => {
  it('finds the objects of its lists, and no others', () =>
    fc.assert(
      fc.property(fc.array(element), fc.array(element), chunk, layout, (some, others, size, space) => {
        const document = {
          before: {text: '"spans":[{"a":1}]'},
          scopes: [{spans: some, after: {spans: 'no list'}}, {spans: others}],
        };
        const {elements, unreadable} = scanned(JSON.stringify(document, null, space), size);
        expect(elements).to.deep.equal(written([...some, ...others], space));
        expect(unreadable).to.equal(0);
      }),
    ));

  it('finds the objects of a list that is the whole document', () =>
    fc.assert(
      fc.property(fc.array(element), chunk, layout, (all, size, space) => {
        const {elements} = scanned(JSON.stringify(all, null, space), size, {[THE_LIST]: always});
        expect(elements).to.deep.equal(written(all, space));
      }),
    ));

  it('counts lines, whatever the pieces', () => {
    const text = '{"spans":\n[\n{"a":\n1},{"b":"\\n"}\n,\n{}]}\n{"spans":[{"c":1}]}';
    for (const size of [1, 2, 3, 7, 100]) {
      const {elements, lines} = scanned(text, size);
      expect(elements).to.deep.equal(written([{a: 1}, {b: '\n'}, {}, {c: 1}]));
      expect(lines).to.deep.equal([3, 4, 6, 7]);
    }
  });

  it('gives only the objects with the mark of their list', () => {
    const lists = {spans: (json: string) => json.includes('"x"'), entries: always};
    const text = '{"spans":[{"x":1},{"y":1},{"z":{"x":2}}],"entries":[{"y":2}]}';
    expect(scanned(text, 5, lists).elements).to.deep.equal(written([{x: 1}, {z: {x: 2}}, {y: 2}]));
  });

  it('passes over an object above the limit, and counts it', () => {
    const text = `{"spans":[{"a":1},{"b":"${'x'.repeat(200)}"},{"c":1}]}`;
    for (const size of [1, 64, 1000]) {
      const {elements, unreadable} = scanned(text, size, {spans: always}, 100);
      expect(elements).to.deep.equal(written([{a: 1}, {c: 1}]));
      expect(unreadable).to.equal(1);
    }
  });

  it('reads the document that follows one cut off inside of a string', () => {
    const whole = '{"spans":[{"a":"b"}]}';
    const {elements, lines, unreadable} = scanned(`${whole.slice(0, 16)}\n${whole}`, 1000);
    expect(elements).to.deep.equal(written([{a: 'b'}]));
    expect(lines).to.deep.equal([2]);
    expect(unreadable).to.equal(1);
  });

  it('counts a last document that was cut off anywhere, and no whole one', () => {
    const whole = '{"spans":[{"a":"b"},{"c":[1]}]}';
    for (let length = 1; length < whole.length; length++)
      for (const size of [1, 7, 1000]) {
        const {unreadable} = scanned(`${whole}\n${whole.slice(0, length)}`, size);
        expect(unreadable, whole.slice(0, length)).to.equal(1);
      }
    expect(scanned(`${whole}\n${whole}\n`, 1000).unreadable).to.equal(0);
  });

  it('reads the document that follows one cut off behind a backslash', () => {
    const cut = '{"spans":[{"a":"b\\';
    const {elements, unreadable} = scanned(`${cut}\n{"":0,"spans":[{"a":"b"}]}`, cut.length);
    expect([elements, unreadable]).to.deep.equal([written([{a: 'b'}]), 1]);
  });

  it('wants lists at a depth of up to 63, and counts a deeper document as unreadable', () => {
    const nested = (depth: number): Found =>
      scanned(`${'{"a":'.repeat(depth)}{"spans":[{"b":1}]}${'}'.repeat(depth)}`, 1000);
    expect(nested(61)).to.deep.include({elements: written([{b: 1}]), unreadable: 0});
    expect(nested(62).unreadable).to.be.above(0);
  });
});

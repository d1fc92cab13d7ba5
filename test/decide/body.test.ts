/** What can be sent again is out of the caller's hands; what cannot is said so. */

import {expect} from 'chai';
import fc from 'fast-check';
import {byteLength, snapshotBody, textOf as textIfKnown} from '../../src/decide/body.ts';

const LIMIT = 1000;
const bytesOf = async (body: BodyInit | null | undefined): Promise<number[]> => [
  ...new Uint8Array(await new Response(body ?? null).arrayBuffer()),
];
const textOf = (body: BodyInit | null | undefined): Promise<string> => new Response(body ?? null).text();

describe('snapshotBody', () => {
  for (const [what, body, replayable] of [
    ['nothing', undefined, true],
    ['null', null, true],
    ['a string', 'hello', true],
    ['an empty string', '', true],
    ['a Blob', new Blob(['hello']), true],
    ['URLSearchParams', new URLSearchParams({a: '1'}), true],
    ['an ArrayBuffer', new ArrayBuffer(8), true],
    ['a Uint8Array', new Uint8Array(8), true],
    ['a DataView', new DataView(new ArrayBuffer(8)), true],
    ['a Buffer', Buffer.from('hello'), true],
    ['a stream', new ReadableStream(), false],
    ['a form, whose boundary is new each time', new FormData(), false],
    ['an async iterable, which Node takes', (async function* () {})() as unknown as BodyInit, false],
    ['an unknown object', {} as BodyInit, false],
  ] as const) {
    it(`${what} can ${replayable ? '' : 'not '}be sent again`, () => {
      expect(snapshotBody(body, LIMIT).replayable).to.equal(replayable);
    });
  }

  it('a body that cannot be sent again is passed on unchanged @T14', () => {
    const stream = new ReadableStream();
    expect(snapshotBody(stream, LIMIT).body).to.equal(stream);
    const form = new FormData();
    expect(snapshotBody(form, LIMIT).body).to.equal(form);
  });

  describe('is not affected by later changes of the caller @T13', () => {
    it('to a buffer', async () => {
      const buffer = new Uint8Array([1, 2, 3]).buffer;
      const {body} = snapshotBody(buffer, LIMIT);
      new Uint8Array(buffer).fill(9);
      expect(await bytesOf(body)).to.deep.equal([1, 2, 3]);
      expect(await bytesOf(body), 'and again').to.deep.equal([1, 2, 3]);
    });

    it('to a view, of which only its own part is sent', async () => {
      const view = new Uint8Array([0, 1, 2, 3, 4]).subarray(1, 4);
      const {body} = snapshotBody(view, LIMIT);
      view.fill(9);
      expect(await bytesOf(body)).to.deep.equal([1, 2, 3]);
    });

    it('to a view of wider elements', async () => {
      const words = new Uint16Array([1, 2, 3, 4]);
      const {body} = snapshotBody(new DataView(words.buffer, 2, 4), LIMIT);
      words.fill(0xffff);
      expect(await bytesOf(body)).to.deep.equal([2, 0, 3, 0]);
    });

    it('to a Buffer out of the pool', async () => {
      const pooled = Buffer.from('secret');
      const {body} = snapshotBody(pooled, LIMIT);
      pooled.fill(0);
      expect(await textOf(body)).to.equal('secret');
    });

    it('to parameters, which stay parameters for the content type', async () => {
      const parameters = new URLSearchParams({a: '1'});
      const {body} = snapshotBody(parameters, LIMIT);
      parameters.append('b', '2');
      expect(await textOf(body)).to.equal('a=1');
      expect(new Response(body!).headers.get('content-type')).to.match(/^application\/x-www-form-urlencoded/);
    });

    it('a buffer that is transferred away is still there', async () => {
      const buffer = new Uint8Array([1, 2, 3]).buffer;
      const {body} = snapshotBody(buffer, LIMIT);
      structuredClone(buffer, {transfer: [buffer]});
      expect(await bytesOf(body)).to.deep.equal([1, 2, 3]);
    });
  });

  describe('a detached buffer is refused in words that say so', () => {
    const detached = (): ArrayBuffer => {
      const buffer = new ArrayBuffer(8);
      structuredClone(buffer, {transfer: [buffer]});
      return buffer;
    };
    const viewOf = (make: (buffer: ArrayBuffer) => ArrayBufferView<ArrayBuffer>): ArrayBufferView<ArrayBuffer> => {
      const view = make(new ArrayBuffer(8));
      structuredClone(view.buffer, {transfer: [view.buffer]});
      return view;
    };
    for (const [what, body] of [
      ['an ArrayBuffer', detached()],
      ['a Uint8Array', viewOf(buffer => new Uint8Array(buffer))],
      ['a DataView', viewOf(buffer => new DataView(buffer))],
    ] as const)
      it(what, () => {
        expect(() => snapshotBody(body, LIMIT)).to.throw(TypeError, 'The request body is a detached ArrayBuffer.');
      });
  });

  it('a Blob keeps its type', async () => {
    const {body} = snapshotBody(new Blob(['{}'], {type: 'application/json'}), LIMIT);
    expect(new Response(body!).headers.get('content-type')).to.equal('application/json');
    expect([await textOf(body), await textOf(body)]).to.deep.equal(['{}', '{}']);
  });

  describe('has an inclusive limit in bytes @T15', () => {
    for (const [what, body, limit, replayable] of [
      ['9 ASCII letters', 'a'.repeat(9), 9, true],
      ['10 ASCII letters', 'a'.repeat(10), 9, false],
      ['4 umlauts are 8 bytes', 'ä'.repeat(4), 8, true],
      ['4 umlauts', 'ä'.repeat(4), 7, false],
      ['3 euro signs are 9 bytes', '€'.repeat(3), 9, true],
      ['3 euro signs', '€'.repeat(3), 8, false],
      ['2 emoji are 8 bytes', '😀😀', 8, true],
      ['2 emoji', '😀😀', 7, false],
      ['a lone surrogate is 3 bytes', '\ud800', 3, true],
      ['a lone surrogate', '\ud800', 2, false],
      ['nothing at a limit of 0', '', 0, true],
      ['a letter at a limit of 0', 'a', 0, false],
      ['a Blob of 4 bytes', new Blob(['€a']), 4, true],
      ['a Blob', new Blob(['€a']), 3, false],
      ['parameters as they are encoded: a=%C3%A4', new URLSearchParams({a: 'ä'}), 8, true],
      ['parameters', new URLSearchParams({a: 'ä'}), 7, false],
      ['a buffer of 8', new ArrayBuffer(8), 8, true],
      ['a buffer', new ArrayBuffer(9), 8, false],
      ['a view counts its own part', new Uint8Array(100).subarray(2, 10), 8, true],
      ['a view', new Uint16Array(5), 9, false],
    ] as const) {
      it(`${what}, limit ${limit}: ${replayable}`, () => {
        expect(snapshotBody(body, limit).replayable).to.equal(replayable);
      });
    }

    it('a buffer above the limit is not copied', () => {
      const large = new Uint8Array(LIMIT + 1);
      expect(snapshotBody(large, LIMIT).body).to.equal(large);
    });
  });
});

/** Characters of one to four bytes, and half of one. */
const WIDTHS = fc.constantFrom('a', '\0', 'é', '€', '😀', '\ud83d');

describe('byteLength', () => {
  for (const [title, text, limit, length] of [
    ['is not counted where three bytes a character fit', '€€', 6, 2],
    ['is counted where they might not', '€€', 5, 6],
    ['and where they do not', 'aa', 5, 2],
    ['is not counted where one byte a character is too much', '€€', 1, 2],
    ['is counted where it is just enough', '€€', 2, 6],
  ] as const)
    it(title, () => expect(byteLength(text, limit)).to.equal(length));

  it('is on the same side of the limit as the encoded text', () => {
    fc.assert(
      fc.property(fc.string({unit: WIDTHS, maxLength: 30}), fc.nat(100), (text, limit) => {
        expect(byteLength(text, limit) <= limit).to.equal(Buffer.byteLength(text) <= limit);
      }),
      {seed: 8, numRuns: 500},
    );
  });
});

describe('textOf', () => {
  it('is the text of strings and bytes', () => {
    const bytes = new TextEncoder().encode('héllo');
    expect(['héllo', bytes, bytes.buffer, Buffer.from('héllo')].map(textIfKnown)).to.deep.equal(Array(4).fill('héllo'));
  });

  it('is unknown for bodies that must be read first', () => {
    const bodies = [undefined, null, new Blob(['a']), new FormData(), new ReadableStream()];
    expect(bodies.map(textIfKnown)).to.deep.equal(Array(5).fill(undefined));
  });
});

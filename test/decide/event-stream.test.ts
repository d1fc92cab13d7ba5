import {expect} from 'chai';
import {createParser} from 'eventsource-parser';
import {seededRandom} from '../../src/core/random.ts';
import {EventStreamParser, type StreamEvent} from '../../src/decide/event-stream.ts';
import {cutAtRandom, randomStream} from '../support/random-event-stream.ts';
import {runs} from '../support/runs.ts';

const LIMIT = 65_536;

interface Options {
  readonly maxEventBytes?: number;
  /** The parser is notified of the end of the stream. */
  readonly ends?: boolean;
}

/** The events of a stream that comes in these chunks. */
function read(chunks: readonly (string | Uint8Array)[], {maxEventBytes = LIMIT, ends = false}: Options = {}) {
  const events: StreamEvent[] = [];
  const parser = new EventStreamParser({event: event => events.push(event)}, maxEventBytes);
  for (const chunk of chunks) parser.read(typeof chunk === 'string' ? bytesOf(chunk) : chunk);
  if (ends) parser.end();
  return events;
}

/** The same, by the parser that the AI SDK and the MCP SDK use. */
function readByPeer(stream: Uint8Array): StreamEvent[] {
  const events: StreamEvent[] = [];
  const parser = createParser({onEvent: ({event = '', data}) => events.push({name: event, data})});
  parser.feed(new TextDecoder('utf-8', {ignoreBOM: true}).decode(stream));
  return events;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const everyByte = (text: string): Uint8Array[] => Array.from(bytesOf(text), byte => Uint8Array.of(byte));
const unnamed = (data: string | null): StreamEvent => ({name: '', data});

describe('EventStreamParser', () => {
  it('reads names and data, and leaves comments, ids and retry times out', () => {
    const stream = ': hello\nretry: 10\nid: 7\nevent: delta\ndata: {"a":1}\n\n: ping\n\ndata: two\n\n';
    expect(read([stream])).to.deep.equal([{name: 'delta', data: '{"a":1}'}, unnamed('two')]);
  });

  for (const [name, end] of [
    ['LF', '\n'],
    ['CR', '\r'],
    ['CRLF', '\r\n'],
  ] as const) {
    it(`ends lines at ${name}, in one chunk and in chunks of one byte`, () => {
      const stream = ['event: e', 'data: 1', 'data: 2', '', 'data: 3', '', ''].join(end);
      const expected = [{name: 'e', data: '1\n2'}, unnamed('3')];
      expect(read([stream])).to.deep.equal(expected);
      expect(read(everyByte(stream))).to.deep.equal(expected);
    });
  }

  it('treats a CR and an LF in two chunks as one line end', () => {
    expect(read(['data: 1\r', '\ndata: 2\r', '\n\r', '\n'])).to.deep.equal([unnamed('1\n2')]);
  });

  for (const [name, line] of [
    ['CR', '\r'],
    ['LF', '\n'],
    ['CRLF', '\r\n'],
  ] as const)
    it(`searches a chunk of ${name} alone once, not to its end at every line`, () => {
      const chunk = bytesOf(line.repeat(1000));
      const {indexOf} = Uint8Array.prototype;
      let searched = 0;
      chunk.indexOf = (byte: number, from = 0) => {
        const found = indexOf.call(chunk, byte, from);
        searched += (found === -1 ? chunk.length : found + 1) - from;
        return found;
      };
      expect(read([chunk])).to.deep.equal([]);
      expect(searched).to.be.at.most(3 * chunk.length);
    });

  it('completes an event at a CR, without waiting for an LF that may never come', () => {
    expect(read(['data: 1\r\r'])).to.deep.equal([unnamed('1')]);
  });

  it('decodes a character that is split over chunks', () => {
    expect(read(everyByte('data: 日本 🚀\n\n'))).to.deep.equal([unnamed('日本 🚀')]);
  });

  it('skips one byte order mark at the start of the stream, also in parts', () => {
    expect(read(['\uFEFFdata: 1\n\n'])).to.deep.equal([unnamed('1')]);
    expect(read(everyByte('\uFEFFdata: 1\n\n'))).to.deep.equal([unnamed('1')]);
    expect(read(['\uFEFF\uFEFFdata: 1\n\ndata: \uFEFF2\n\n\uFEFFdata: 3\n\n'])).to.deep.equal([unnamed('\uFEFF2')]);
  });

  it('takes one space away after the colon, and knows fields without a colon', () => {
    expect(read(['data:  a\ndata:b\ndata\nevent\n\n'])).to.deep.equal([unnamed(' a\nb\n')]);
  });

  it('ignores fields of other names', () => {
    expect(read(['database: 1\ndat: 2\nDATA: 3\nevents: 4\n\ndata: 5\n\n'])).to.deep.equal([unnamed('5')]);
  });

  it('gives an event whose data is empty, and none for a name without data', () => {
    expect(read(['data:\n\nevent: lonely\n\ndata: 1\n\n'])).to.deep.equal([unnamed(''), unnamed('1')]);
  });

  it('completes the last event without its blank line only at the end of the stream', () => {
    for (const rest of ['data: 1', 'data: 1\n', 'data: 1\r']) {
      expect(read([rest]), JSON.stringify(rest)).to.deep.equal([]);
      expect(read([rest], {ends: true}), JSON.stringify(rest)).to.deep.equal([unnamed('1')]);
    }
    expect(read([''], {ends: true})).to.deep.equal([]);
  });

  it('keeps the data of an event up to the limit, and of a larger one only the name', () => {
    const largest = `event: e\ndata: ${'x'.repeat(6)}\ndata: ${'y'.repeat(3)}\n\n`;
    const larger = `event: e\ndata: ${'x'.repeat(6)}\ndata: ${'y'.repeat(4)}\n\n`;
    const line = `event: e\ndata: ${'x'.repeat(11)}\n\n`;
    for (const cut of [(stream: string) => [stream], everyByte]) {
      expect(read(cut(largest), {maxEventBytes: 10})).to.deep.equal([{name: 'e', data: 'xxxxxx\nyyy'}]);
      for (const stream of [larger, line])
        expect(read(cut(`${stream}data: 1\n\n`), {maxEventBytes: 10})).to.deep.equal([
          {name: 'e', data: null},
          unnamed('1'),
        ]);
    }
  });

  it('holds no more than the limit of an event that never ends', () => {
    const chunk = new Uint8Array(1_000_000).fill(120);
    const parser = new EventStreamParser({event() {}}, 1000);
    const before = process.memoryUsage().arrayBuffers;
    parser.read(bytesOf('data: '));
    for (let count = 0; count < 100; count++) parser.read(chunk);
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(100_000);
  });

  it('keeps no reference to a chunk', () => {
    const events: StreamEvent[] = [];
    const parser = new EventStreamParser({event: event => events.push(event)}, LIMIT);
    const chunk = bytesOf('data: one');
    parser.read(chunk);
    chunk.fill(0);
    parser.read(bytesOf('\n\n'));
    expect(events).to.deep.equal([unnamed('one')]);
  });

  it('gives names without data once it keeps none', () => {
    const events: StreamEvent[] = [];
    const parser = new EventStreamParser({event: event => events.push(event)}, LIMIT);
    parser.read(bytesOf('data: 1\n\nevent: x\ndata: half'));
    parser.keepNoData();
    for (const byte of everyByte(`${' of it'.repeat(40)}\n\nevent: content_block_delta\ndata: 2\n\n`))
      parser.read(byte);
    expect(events).to.deep.equal([unnamed('1'), {name: 'x', data: null}, {name: 'content_block_delta', data: null}]);
  });

  it('says of each chunk whether it brings data, before the event is complete', () => {
    const seen: string[] = [];
    const parser = new EventStreamParser({event() {}, data: name => seen.push(name)}, LIMIT);
    const brings = (chunk: string): string[] => {
      seen.length = 0;
      parser.read(bytesOf(chunk));
      return [...new Set(seen)];
    };
    expect(brings(': ping\n\n')).to.deep.equal([]);
    expect(brings('event: ping\nda')).to.deep.equal([]);
    expect(brings('ta: {}\n\n')).to.deep.equal(['ping']);
    expect(brings('event: delta\n')).to.deep.equal([]);
    expect(brings('data: begun')).to.deep.equal(['delta']);
    expect(brings(' and goes on')).to.deep.equal(['delta']);
    expect(brings('\n\n')).to.deep.equal(['delta']);
    expect(brings('\n\ndata')).to.deep.equal([]);
    expect(brings('base: 1\n')).to.deep.equal([]);
  });

  it('gives the events of random streams as eventsource-parser does, however the bytes are cut', () => {
    const COUNT = runs(2000, 10_000);
    const random = seededRandom(14);
    let events = 0;
    for (let index = 0; index < COUNT; index++) {
      const stream = randomStream(random);
      const expected = readByPeer(stream);
      const chunks = cutAtRandom(stream, random);
      expect(read(chunks), `stream ${index}: ${JSON.stringify(new TextDecoder().decode(stream))}`).to.deep.equal(
        expected,
      );
      events += expected.length;
    }
    expect(events).to.be.above(COUNT);
  });
});

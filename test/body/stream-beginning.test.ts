/** Random event streams, read ahead: what comes out is what went in, and where the content began is what another parser says. */
import {expect} from 'chai';
import {createParser} from 'eventsource-parser';
import {readResponseAhead} from '../../src/body/read-ahead.ts';
import {StreamBeginning} from '../../src/body/stream-beginning.ts';
import {type Random, seededRandom} from '../../src/core/random.ts';
import {streamErrorOf} from '../../src/decide/stream-error.ts';
import {meaningOf} from '../../src/decide/stream-events.ts';
import {cutAtRandom, randomStream} from '../support/random-event-stream.ts';
import {runs} from '../support/runs.ts';
import {DONE, EVENT_PING, errorEvent, OVERLOADED, PING, ROLE, text} from '../support/streamed-fetch.ts';

const EVENTS = [
  PING,
  EVENT_PING,
  ROLE,
  ROLE,
  OVERLOADED,
  errorEvent({type: 'something_new'}),
  text('日本 🚀'),
  DONE,
  'data:\n\n',
  'id: 1\nretry: 5\n\n',
];

/** Events of models, in lines that end in one of three ways, or lines of anything. */
function streamOf(random: Random): Uint8Array<ArrayBuffer> {
  if (random() < 0.5) return Uint8Array.from(randomStream(random));
  const end = ['\n', '\r\n', '\r'][Math.floor(random() * 3)]!;
  const events = Array.from({length: Math.floor(random() * 8)}, () => EVENTS[Math.floor(random() * EVENTS.length)]!);
  const all = (random() < 0.2 ? '\uFEFF' : '') + events.join('').replaceAll('\n', end);
  return Uint8Array.from(new TextEncoder().encode(random() < 0.2 ? all.trimEnd() : all));
}

/** How the beginning ends, by the events that another parser finds. Undefined: by the end of the stream. */
function expectedEnd(stream: Uint8Array): string | undefined {
  const kinds: string[] = [];
  const parser = createParser({
    onEvent({event = '', data}) {
      const meaning = meaningOf({name: event, data});
      if (meaning.kind === 'content') kinds.push('content');
      if (meaning.kind === 'error') kinds.push(streamErrorOf(meaning.body) === null ? 'content' : 'error');
    },
  });
  parser.feed(new TextDecoder('utf-8', {ignoreBOM: true}).decode(stream));
  return kinds[0];
}

function bodyOf(chunks: readonly Uint8Array<ArrayBuffer>[], isByteStream: boolean): ReadableStream {
  const left = chunks.filter(({length}) => length > 0 || !isByteStream).map(chunk => chunk.slice());
  const pull = (controller: ReadableByteStreamController | ReadableStreamDefaultController): void => {
    const chunk = left.shift();
    if (chunk === undefined) controller.close();
    else controller.enqueue(chunk as Uint8Array<ArrayBuffer>);
  };
  return isByteStream ? new ReadableStream({type: 'bytes', pull}) : new ReadableStream({pull});
}

describe('readResponseAhead', () => {
  it('gives random streams byte for byte, after a beginning that ends where it should', async () => {
    const COUNT = runs(500, 10_000);
    const random = seededRandom(1414);
    const ends: Record<string, number> = {content: 0, error: 0, ended: 0};
    for (let index = 0; index < COUNT; index++) {
      const stream = streamOf(random);
      const chunks = cutAtRandom(stream, random) as Uint8Array<ArrayBuffer>[];
      const response = new Response(bodyOf(chunks, random() < 0.5));
      const ahead = readResponseAhead(response, new StreamBeginning(65_536))!;
      const end = await ahead.read();
      ahead.release();
      ends[end.kind]!++;
      const what = `stream ${index}: ${JSON.stringify(new TextDecoder().decode(stream))}`;
      const expected = expectedEnd(stream);
      // An event that lacks its blank line is no event for the other parser.
      if (expected !== undefined) expect(end.kind, what).to.equal(expected);
      expect(Buffer.from(await response.arrayBuffer()).equals(stream), what).to.equal(true);
    }
    for (const count of Object.values(ends)) expect(count).to.be.above(COUNT / 20);
  });

  it('leaves a response alone that it cannot give back', () => {
    const beginning = new StreamBeginning(10);
    const used = new Response('a');
    void used.text();
    const locked = new Response('a');
    locked.body!.getReader();
    const like = {body: new ReadableStream(), headers: new Headers(), status: 200, text: async () => ''};
    for (const response of [
      new Response(null),
      used,
      locked,
      Object.freeze(new Response('a')),
      like as unknown as Response,
    ])
      expect(readResponseAhead(response, beginning)).to.equal(null);
  });

  it('passes on chunks of a custom fetch that are no bytes', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue('text');
        controller.enqueue('more');
        controller.close();
      },
    });
    const response = new Response();
    Object.defineProperty(response, 'body', {value: body});
    const ahead = readResponseAhead(response, new StreamBeginning(10))!;
    expect(await ahead.read()).to.deep.equal({kind: 'content'});
  });
});

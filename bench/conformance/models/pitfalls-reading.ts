/** Pitfalls of reading a stream: its pieces, its errors and its end. */
import type {EndpointOptions} from '../../../examples/model-endpoint/endpoint.ts';
import type {Fault} from '../../../examples/model-endpoint/faults.ts';
import {type Framing, PLAIN} from '../../../examples/model-endpoint/framing.ts';
import {type CellResult, fail, pass} from '../pitfall.ts';
import type {Ended} from './client.ts';
import type {Lab} from './lab.ts';
import {count, first, firstText, HOUR_MS, holds, ofRetries, once, type Pitfall, QUESTION} from './pitfall.ts';

const OVERLOAD_FIRST: Fault = {kind: 'error event', error: 'overloaded', after: 'nothing'};

const LINE_ENDS: Readonly<Record<string, Framing['lineEnd']>> = {LF: '\n', 'CR LF': '\r\n', CR: '\r'};
const PIECES = {'pieces of 1 byte': 1, 'pieces of 2 bytes': 2, 'pieces of 3 bytes': 3, 'pieces of 5 bytes': 5};

const isOverload = (error: unknown): boolean =>
  String((error as Error | undefined)?.message).includes('The model is overloaded.');

/** Every attempt fails by an overload, and the error of the call says so. */
async function reportsOverload(lab: Lab, framing: Framing): Promise<CellResult> {
  lab.open({fault: () => OVERLOAD_FIRST, framing});
  const ended = await once(lab, 'stream');
  return holds(isOverload(ended?.error), lab, ended);
}

/** The text is right after one request. */
async function reads(lab: Lab, options: Omit<EndpointOptions, 'clock'>, prompt: string): Promise<CellResult> {
  lab.open(options);
  const ended = await once(lab, 'stream', prompt);
  return holds(ended?.isAnswered === true && lab.requests === 1, lab, ended);
}

/** The first failure, with the name of its case; where there is none, a pass. */
async function each<T>(cases: Readonly<Record<string, T>>, work: (one: T) => Promise<CellResult>): Promise<CellResult> {
  for (const [name, one] of Object.entries(cases)) {
    const result = await work(one);
    if (result.cell === 'fail') return fail(`${name}: ${result.note}`);
  }
  return pass;
}

const closed = (lab: Lab): CellResult =>
  lab.arrivals.every(({result}) => result === 'aborted') ? pass : fail('the connection stays open');

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T110',
    title: 'a stream of nothing but pings ends in time, and its connection with it',
    async run(lab) {
      lab.open({fault: () => ({kind: 'pings'})});
      const ended = await once(lab, 'stream');
      return ended === undefined ? holds(false, lab, ended) : closed(lab);
    },
  },
  {
    id: 'T111',
    title: 'an overload before any content is retried, and reported as the server sent it where each attempt meets it',
    run: ofRetries(async lab => {
      const reported = await reportsOverload(lab, PLAIN);
      return lab.requests > 1 ? reported : fail(`not retried: ${count(lab.requests, 'request')}`);
    }),
  },
  {
    id: 'T112',
    title: 'an error event in pieces of one byte is understood, with LF, CR LF and CR',
    run: lab => each(LINE_ENDS, lineEnd => reportsOverload(lab, {...PLAIN, lineEnd, chunkBytes: 1})),
  },
  {
    id: 'T113',
    title: 'a character that is split over two pieces arrives whole',
    run: lab =>
      each(PIECES, chunkBytes => reads(lab, {framing: {...PLAIN, byteOrderMark: true, chunkBytes}}, '日本 🚀')),
  },
  {
    id: 'T114',
    title: 'a byte order mark hides no error',
    run: lab => reportsOverload(lab, {...PLAIN, byteOrderMark: true}),
  },
  {
    id: 'T115',
    title: 'an abort while nothing but pings came ends the call and the connection, and nothing is sent again',
    async run(lab) {
      lab.open({fault: () => ({kind: 'pings'})});
      const client = await lab.connect();
      const controller = new AbortController();
      const call = lab.call(client, 'stream', QUESTION, {signal: controller.signal});
      await lab.pause(5000);
      controller.abort();
      const ended = await lab.within(HOUR_MS, call);
      await lab.pause(HOUR_MS);
      return ended !== undefined && ended.at <= 5100 && lab.requests === 1 ? closed(lab) : holds(false, lab, ended);
    },
  },
  {
    id: 'T116',
    title: 'a stream that is given up after its first content closes its connection',
    async run(lab) {
      lab.open({fault: () => ({kind: 'stall'})});
      const client = await lab.connect();
      for await (const piece of await client.open(QUESTION)) if (piece !== '') break;
      await lab.pause(1000);
      return closed(lab);
    },
  },
  {
    id: 'T117',
    title: 'a connection that breaks before any content is retried, one that breaks after it is not',
    run: ofRetries(async lab => {
      lab.open({fault: first({kind: 'cut', after: 'head'})});
      const early = await once(lab, 'stream');
      if (!early?.isAnswered) return holds(false, lab, early);
      lab.open({fault: first({kind: 'cut', after: 'content'})});
      const late = await once(lab, 'stream');
      return holds(late?.error !== undefined && lab.requests === 1, lab, late);
    }),
  },
  {
    id: 'T118',
    title: 'an error after the first content is passed on, and nothing is sent again',
    async run(lab) {
      lab.open({fault: () => ({kind: 'error event', error: 'overloaded', after: 'content'})});
      const client = await lab.connect();
      let text = '';
      const reading = async (): Promise<void> => {
        for await (const piece of await client.open(QUESTION)) text += piece;
      };
      const error = await reading().then(
        () => undefined,
        (error: unknown) => error,
      );
      await lab.pause(HOUR_MS);
      const ended: Ended = {prompt: QUESTION, isAnswered: false, error, at: lab.clock.now()};
      return text === 'This '
        ? holds(isOverload(error) && lab.requests === 1, lab, ended)
        : fail(`the text is "${text}"`);
    },
  },
  {
    id: 'T119',
    title: 'a stream with more than 64 KiB before its content arrives whole',
    // 20,000 pings of at least 8 bytes.
    run: lab => reads(lab, {fault: first({kind: 'pings then content', ms: 20_000}), pingMs: 1}, QUESTION),
  },
  {
    id: 'T120',
    title: 'a stream that is not read is not read ahead',
    async run(lab) {
      lab.open();
      const client = await lab.connect();
      const texts = (await client.open('word '.repeat(10_000)))[Symbol.asyncIterator]();
      await firstText(texts);
      await lab.pause(10_000);
      const {events} = lab.arrivals[0]!;
      await texts.return?.();
      return events <= 100 ? pass : fail(`${events} of 10,000 events were read ahead of the reader`);
    },
  },
];

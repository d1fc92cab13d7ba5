/** Answers that come as server-sent events. */
import type {Fault} from '../../../examples/model-endpoint/faults.ts';
import {type Framing, PLAIN} from '../../../examples/model-endpoint/framing.ts';
import {type CellResult, fail, pass} from '../pitfall.ts';
import type {Lab} from './lab.ts';
import {first, HOUR_MS, holds, ofRetries, once, outcomeOf, type Pitfall, QUESTION} from './pitfall.ts';

/** Answered, although the first stream fails. */
const recovers = (fault: Fault, framing: Framing = PLAIN): Pitfall['run'] =>
  ofRetries(async lab => {
    lab.open({fault: first(fault), framing});
    const ended = await once(lab, 'stream');
    return holds(ended?.isAnswered === true, lab, ended);
  });

/** The caller has had content: the failure is reported, and there is no retry. */
async function reports(lab: Lab, fault: Fault): Promise<CellResult> {
  lab.open({fault: first(fault)});
  const ended = await once(lab, 'stream');
  return holds(ended?.error !== undefined && lab.requests === 1, lab, ended);
}

async function reads(lab: Lab, framing: Framing): Promise<CellResult> {
  lab.open({framing});
  const ended = await once(lab, 'stream');
  return holds(ended?.isAnswered === true && lab.requests === 1, lab, ended);
}

const errorEvent = (error: 'overloaded' | 'rate_limit', after: 'nothing' | 'head' | 'content'): Fault => ({
  kind: 'error event',
  error,
  after,
});

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T92',
    title: 'an overload inside a 200, before anything else, is retried',
    run: recovers(errorEvent('overloaded', 'nothing')),
  },
  {
    id: 'T93',
    title: 'an overload inside a 200, after events without content, is retried',
    run: recovers(errorEvent('overloaded', 'head')),
  },
  {
    id: 'T94',
    title: 'a rate limit inside a 200, before content, is retried',
    run: recovers(errorEvent('rate_limit', 'nothing')),
  },
  {
    id: 'T95',
    title: 'an error event after content reaches the caller, and is not retried',
    run: lab => reports(lab, errorEvent('overloaded', 'content')),
  },
  {
    id: 'T96',
    title: 'a connection that breaks after content reaches the caller as an error, and is not retried',
    run: lab => reports(lab, {kind: 'cut', after: 'content'}),
  },
  {
    id: 'T97',
    title: 'a stream of pings without content ends, and is retried',
    run: recovers({kind: 'pings'}),
  },
  {
    id: 'T98',
    title: 'pings before the content do not change the text',
    async run(lab) {
      lab.open({fault: first({kind: 'pings then content', ms: 10_000}), pingMs: 1000});
      const ended = await once(lab, 'stream');
      return holds(ended?.isAnswered === true && lab.requests === 1, lab, ended);
    },
  },
  {
    id: 'T99',
    title: 'a stream that comes byte by byte has the same text',
    run: lab => reads(lab, {...PLAIN, chunkBytes: 1}),
  },
  {
    id: 'T100',
    title: 'a stream with a byte order mark and CR LF has the same text',
    run: lab => reads(lab, {lineEnd: '\r\n', byteOrderMark: true, chunkBytes: 7}),
  },
  {
    id: 'T101',
    title: 'an overload in a stream with CR LF, byte by byte, is retried',
    run: recovers(errorEvent('overloaded', 'head'), {lineEnd: '\r\n', byteOrderMark: true, chunkBytes: 1}),
  },
  {
    id: 'T102',
    title: 'the caller can abort a stream that only pings, and the connection closes',
    async run(lab) {
      lab.open({fault: () => ({kind: 'pings'})});
      const client = await lab.connect();
      const controller = new AbortController();
      const call = lab.call(client, 'stream', QUESTION, {signal: controller.signal});
      await lab.pause(5000);
      controller.abort();
      const ended = await lab.within(HOUR_MS, call);
      if (ended === undefined || ended.at > 5100) return fail(outcomeOf(ended));
      const {result} = lab.arrivals.at(-1)!;
      return result === 'aborted' ? pass : fail('the connection stays open');
    },
  },
];

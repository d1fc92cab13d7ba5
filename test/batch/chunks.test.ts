/** Several items in one request: only the transient ones again, and the one that spoils the request found. */
import {expect} from 'chai';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import {answer} from '../../src/transport/answer.ts';
import {chunkOf, lines, POLICY, run, throttled} from './world.ts';

const items = (count: number): string[] => Array.from({length: count}, (_, index) => `i${index}`);
const upper = (chunk: readonly string[]): string[] => chunk.map(item => item.toUpperCase());

describe('chunks', () => {
  it('have at most chunkSize items; the last one may have fewer', async () => {
    const log: string[][] = [];
    const {results, report} = await run([...'abcdefg'], chunkOf(3, upper, log));
    expect(log).to.deep.equal([['a', 'b', 'c'], ['d', 'e', 'f'], ['g']]);
    expect(lines(results)).to.include('g ok "G"');
    expect(report).to.include({succeeded: 7, requests: 3});
  });

  it('of a hundred items send only three transient failures again, in order @T53', async () => {
    const log: string[][] = [];
    const bad = ['i7', 'i50', 'i99'];
    const reply = (chunk: readonly string[], attempt: number) =>
      chunk.map(item => (attempt === 1 && bad.includes(item) ? answer(503, 'later') : item));
    const {results, report} = await run([...items(100), 'i50', 'i7'], chunkOf(100, reply, log), {ordered: true});
    expect(log).to.deep.equal([items(100), bad]);
    expect(results.map(({item}) => item)).to.deep.equal([...items(100), 'i50', 'i7']);
    expect(results.every(({ok}) => ok)).to.equal(true);
    expect(report).to.include({requests: 2, retries: 1, deduplicated: 2});
    expect(results[7]).to.include({attempts: 2});
    expect(results[8]).to.include({attempts: 1});
  });

  it('wait for the longest wait of their items', async () => {
    const clock = new VirtualClock();
    const reply = (chunk: readonly string[], attempt: number) =>
      attempt === 1 ? [answer(503, 1), throttled({'Retry-After': '4'}), throttled({'Retry-After': '2'})] : upper(chunk);
    const {report} = await run([...'abc'], chunkOf(3, reply), {clock});
    expect(report.succeeded).to.equal(3);
    expect(clock.now()).to.be.within(4000, 4400);
  });

  it('report final failures per item, and keep the values of the others', async () => {
    const reply = () => ['A', answer(400, 'bad'), new Error('broken'), Object.assign(new Error('no'), {status: 404})];
    const {results, report} = await run([...'abcd'], chunkOf(4, reply), {ordered: true});
    expect(lines(results)).to.deep.equal(['a ok "A"', 'b failed 400', 'c failed Error', 'd failed 404']);
    expect(report.requests).to.equal(1);
    expect(results.map(result => (result.ok ? '' : result.failure.reason))[1]).to.equal(
      '400 for this item of a chunk is not transient',
    );
  });

  it('send an item again only if that is safe: 429 yes, 503 of a POST no', async () => {
    const log: string[][] = [];
    const reply = (chunk: readonly string[], attempt: number) =>
      attempt === 1 ? [throttled(), answer(503, 1)] : upper(chunk);
    const {results} = await run(['a', 'b'], chunkOf(2, reply, log), {policy: {...POLICY, idempotentMethods: []}});
    expect(log).to.deep.equal([['a', 'b'], ['a']]);
    expect(lines(results)).to.have.members(['a ok "A"', 'b failed 503']);
    const failure = results.flatMap(result => (result.ok ? [] : [result.failure]))[0]!;
    expect(failure).to.include({refusal: 'may-have-acted', retryable: false});
  });

  it('give each item its own last response when the attempts are exhausted', async () => {
    const reply = (chunk: readonly string[]) => chunk.map(item => answer(item === 'a' ? 503 : 429, item));
    const {results, report} = await run(['a', 'b'], chunkOf(2, reply), {ordered: true});
    expect(lines(results)).to.deep.equal(['a failed 503', 'b failed 429']);
    expect(results.map(result => (result.ok ? null : result.failure.body))).to.deep.equal(['a', 'b']);
    expect(report).to.include({requests: 3, retryable: 2});
  });

  it('are sent again as a whole if the request had a transient failure', async () => {
    const log: string[][] = [];
    const reply = (chunk: readonly string[], attempt: number) =>
      attempt === 1 ? new Response('', {status: 503}) : Response.json(upper(chunk));
    const {report} = await run([...'abc'], chunkOf(3, reply, log));
    expect(log).to.deep.equal([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
    expect(report.succeeded).to.equal(3);
  });

  for (const status of [400, 413, 422])
    it(`that are refused with ${status} are split until the failing item is alone, and the others succeed @T53b`, async () => {
      const log: string[][] = [];
      const reply = (chunk: readonly string[]) => (chunk.includes('i11') ? answer(status, 'no') : upper(chunk));
      const {results, report, events} = await run(items(32), chunkOf(32, reply, log), {ordered: true});
      expect(lines(results).filter(line => line.includes('failed'))).to.deep.equal([`i11 failed ${status}`]);
      expect(report).to.include({succeeded: 31, failed: 1});
      expect(report.requests, '2·log2(32)+1').to.be.at.most(11);
      expect(events.filter(({type}) => type === 'chunk.split')).to.have.length(5);
    });

  it('that are refused because of several items find each of them', async () => {
    const bad = new Set(['i0', 'i5', 'i6', 'i15']);
    const reply = (chunk: readonly string[]) => (chunk.some(item => bad.has(item)) ? answer(400, 'no') : upper(chunk));
    const {results} = await run(items(16), chunkOf(16, reply), {ordered: true});
    expect(results.filter(({ok}) => !ok).map(({item}) => item)).to.deep.equal([...bad]);
  });

  for (const status of [401, 403, 404])
    it(`that are refused with ${status} are not split, because every item would be refused`, async () => {
      const {report} = await run(
        items(8),
        chunkOf(8, () => answer(status, 'no')),
      );
      expect(report).to.include({requests: 1, failed: 8});
    });

  it('with a key are not split for a 422, which means that the key was used with another body', async () => {
    const policy = {...POLICY, idempotency: {}};
    const {report} = await run(
      items(4),
      chunkOf(4, () => answer(422, 'no')),
      {policy},
    );
    expect(report).to.include({requests: 1, failed: 4});
  });

  for (const [name, reply, given] of [
    ['fewer results than items', () => ['A', 'B'], '2 results'],
    ['more results than items', () => ['A', 'B', 'C', 'D'], '4 results'],
    ['no list', () => ({data: []}), 'no list of results, but a object,'],
  ] as const)
    it(`with ${name} fail as a whole, because results cannot be assigned to items @T54`, async () => {
      const {results, report} = await run([...'abc'], chunkOf(3, reply));
      expect(report.failedBy).to.deep.equal({CHUNK_MISMATCH: 3});
      expect(report.requests).to.equal(1);
      expect(results[0]!.ok ? '' : results[0]!.failure.reason).to.include(`sendChunk gave ${given} for 3 items`);
    });

  it('have one key per request, computed from its items, and one key per item', async () => {
    const seen: {items: string; key: string; header: string | undefined; keys: readonly string[]}[] = [];
    await run(
      [...'abcd'],
      {
        chunkSize: 2,
        sendChunk: async (chunk, {key, keys, headers, attempt}) => {
          seen.push({items: chunk.join(''), key, keys, header: headers['idempotency-key']});
          return chunk.map(item => (item === 'b' && attempt === 1 ? answer(429, 1) : item));
        },
      },
      {policy: {...POLICY, idempotency: {}}, concurrency: 1},
    );
    expect(seen.map(({items: each}) => each)).to.deep.equal(['ab', 'b', 'cd']);
    for (const {key, header} of seen) expect(header).to.equal(key);
    expect(new Set(seen.map(({key}) => key)).size, 'another body, another key').to.equal(3);
    expect(seen[1]!.keys).to.deep.equal([seen[0]!.keys[1]]);
    expect(seen[1]!.key, 'one item: its own').to.equal(seen[0]!.keys[1]);
  });

  it('that are slow are hedged, and each item is answered once', async () => {
    const clock = new VirtualClock();
    const log: string[][] = [];
    const {results, report} = await run(
      [...'ab'],
      {
        chunkSize: 2,
        sendChunk: async (chunk, {attempt}) => {
          log.push([...chunk]);
          await clock.sleep(attempt === 1 ? 500 : 50);
          return chunk.map(item => (item === 'b' && attempt < 3 ? throttled() : `${item}${attempt}`));
        },
      },
      {clock, ordered: true, policy: {...POLICY, hedge: {delayMs: 100, maxLoadRatio: 1}}},
    );
    expect(lines(results)).to.deep.equal(['a ok "a2"', 'b ok "b3"']);
    expect(log).to.deep.equal([['a', 'b'], ['a', 'b'], ['b']]);
    expect(report).to.include({requests: 3, succeeded: 2});
  });

  it('cost one budget token per retried request, for any number of items', async () => {
    const budget = {kind: 'token-bucket', capacity: 14, retryCost: 14, throttledCost: 14, refillPerMinute: 0} as const;
    const reply = (chunk: readonly string[], attempt: number) =>
      attempt === 1 ? chunk.map(() => answer(503, 1)) : upper(chunk);
    const {report} = await run(items(10), chunkOf(10, reply), {policy: {...POLICY, budget}});
    expect(report).to.include({succeeded: 10, retries: 1});
  });
});

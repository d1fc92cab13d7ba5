import {expect} from 'chai';
import {createFetch} from '../../src/fetch.ts';
import {guard} from '../../src/function.ts';
import {currentDeadline, type DeadlineOptions, type RequestDeadline, withDeadline} from '../../src/server.ts';
import {ScriptedFetch, VirtualClock} from '../../src/testing.ts';
import {told} from './requests.ts';

const request = (headers: Record<string, string> = {}): Request =>
  new Request('https://shop.example/search', {headers});

describe('withDeadline', () => {
  const cases: [Record<string, string>, DeadlineOptions, string][] = [
    [{}, {}, '200 Infinity ms, attempt undefined'],
    [{'x-request-timeout-ms': '1500', 'x-request-attempt': '2'}, {}, '200 1500 ms, attempt 2'],
    [{'x-request-timeout-ms': '1'}, {}, '200 1 ms, attempt undefined'],
    [{'x-request-timeout-ms': '0'}, {}, '504 DEADLINE_PASSED'],
    [{'x-request-timeout-ms': '49'}, {leastMs: 50}, '504 DEADLINE_PASSED'],
    [{'x-request-timeout-ms': '90000'}, {maxMs: 5000}, '200 5000 ms, attempt undefined'],
    [{}, {maxMs: 5000}, '200 5000 ms, attempt undefined'],
    [{'x-request-timeout-ms': '-1', 'x-request-attempt': '0'}, {}, '200 Infinity ms, attempt undefined'],
    [{'x-request-timeout-ms': '1e3', 'x-request-attempt': 'two'}, {}, '200 Infinity ms, attempt undefined'],
    [{'x-left': '700', 'x-try': '3'}, {header: 'x-left', attemptHeader: 'x-try'}, '200 700 ms, attempt 3'],
  ];
  for (const [headers, options, expected] of cases)
    it(`${JSON.stringify(headers)} with ${JSON.stringify(options)}: ${expected}`, async () => {
      const serve = withDeadline(
        (_request, {remainingMs, attempt}) => new Response(`${remainingMs()} ms, attempt ${attempt}`),
        {clock: new VirtualClock(), ...options},
      );
      expect(await told(await serve(request(headers)))).to.equal(expected);
    });

  it('refuses without running the handler, and says that a retry is of no use', async () => {
    let runs = 0;
    const serve = withDeadline(() => {
      runs++;
      return new Response('x');
    });
    const response = await serve(request({'x-request-timeout-ms': '0'}));
    expect(response.headers.get('x-should-retry')).to.equal('false');
    expect(runs).to.equal(0);
  });

  it('aborts the signals of the handler, and answers 504 where the handler passes the reason on', async () => {
    const clock = new VirtualClock();
    const seen: boolean[] = [];
    const serve = withDeadline(
      async (timed, {signal}) => {
        timed.signal.addEventListener('abort', () => seen.push(signal.aborted));
        await clock.sleep(1e6, signal);
        return new Response('x');
      },
      {clock},
    );
    const response = serve(request({'x-request-timeout-ms': '200'}));
    await clock.advance(200);
    expect(await told(await response)).to.equal('504 DEADLINE_PASSED');
    expect(seen).to.deep.equal([true]);
  });

  it('leaves no timer behind, and passes on what the handler throws', async () => {
    const clock = new VirtualClock();
    const serve = withDeadline(() => Promise.reject(new Error('no')), {clock});
    const failed = serve(request({'x-request-timeout-ms': '200'})).catch((error: Error) => error.message);
    expect(await failed).to.equal('no');
    expect(clock.pending).to.equal(0);
  });

  it('is inherited by calls that the handler makes, however deep', async () => {
    const clock = new VirtualClock();
    const upstream = new ScriptedFetch(clock, [200]);
    const policy = {name: 'stock', deadlineMs: 60_000, deadlineHeader: 'x-request-timeout-ms'} as const;
    const fetch = createFetch(policy, {clock, fetch: upstream.fetch});
    const serve = withDeadline(
      async () => {
        await clock.sleep(300);
        await Promise.all([1, 2].map(() => fetch('https://stock.example/items')));
        return new Response('x');
      },
      {clock},
    );
    await clock.run(() => serve(request({'x-request-timeout-ms': '1000'})));
    await clock.run(() => fetch('https://stock.example/items'));
    expect(upstream.requests.map(({headers}) => new Headers(headers).get('x-request-timeout-ms'))).to.deep.equal([
      '700',
      '700',
      '60000',
    ]);
  });

  it('does not lengthen the deadline of a call', async () => {
    const clock = new VirtualClock();
    const guarded = guard({deadlineMs: 100, attemptTimeoutMs: null, maxAttempts: 1}, {clock});
    const serve = withDeadline(
      async () => {
        const error = await guarded(signal => clock.sleep(1e6, signal)).catch((error: unknown) => error);
        return Response.json({code: (error as {code: string}).code, at: clock.now()});
      },
      {clock},
    );
    const response = await clock.run(() => serve(request({'x-request-timeout-ms': '5000'})));
    expect(await response.json()).to.deep.equal({code: 'DEADLINE_EXCEEDED', at: 100});
  });

  it('ends a call whose own deadline is later', async () => {
    const clock = new VirtualClock();
    const guarded = guard({deadlineMs: 60_000, attemptTimeoutMs: null, maxAttempts: 1}, {clock});
    let failed: unknown;
    const serve = withDeadline(
      async (_request, _deadline: RequestDeadline) => {
        failed = await guarded(signal => clock.sleep(1e6, signal)).catch((error: unknown) => error);
        return new Response('x');
      },
      {clock},
    );
    await clock.run(() => serve(request({'x-request-timeout-ms': '5000'})));
    expect(failed).to.include({code: 'DEADLINE_EXCEEDED', limitMs: 5000});
    expect(clock.now()).to.equal(5000);
  });

  it('is that of each request, with many at once', async () => {
    const clock = new VirtualClock();
    const serve = withDeadline(
      async () => {
        await clock.sleep(10);
        return new Response(String(currentDeadline()!.remainingMs()));
      },
      {clock},
    );
    const answers = await clock.run(() =>
      Promise.all([100, 200, 300].map(ms => serve(request({'x-request-timeout-ms': String(ms)})))),
    );
    expect(await Promise.all(answers.map(answer => answer.text()))).to.deep.equal(['90', '190', '290']);
    expect(currentDeadline()).to.equal(undefined);
  });
});

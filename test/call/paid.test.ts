/** `paid`: an attempt that may have been generated costs money, so a timeout is not retried, and paid attempts are counted and bounded. */
import {expect} from 'chai';
import {type CallEndEvent, type PolicyInput, reportOf} from '../../src/core.ts';
import type {ScriptedAnswer} from '../../src/testing.ts';
import {answer, connectionError, ITEMS, later, thrown, virtually, type World} from './world.ts';

const CHAT = 'https://models.test/v1/chat/completions';
const PAID: PolicyInput = {
  paid: {},
  idempotentMethods: ['POST'],
  maxAttempts: 5,
  attemptTimeoutMs: 1000,
  deadlineMs: 600_000,
  budget: null,
  breaker: null,
  backoff: {kind: 'constant', delayMs: 10, throttledBaseMs: 10, jitter: 'none'},
};
const post = (tokens?: number): RequestInit => ({
  method: 'POST',
  body: JSON.stringify({model: 'm1', messages: [], ...(tokens !== undefined && {max_tokens: tokens})}),
});
const refused = connectionError('ECONNREFUSED', {syscall: 'connect'});
const reset = connectionError('ECONNRESET', {syscall: 'read'});

const paidOf = (world: World): number | undefined =>
  world.events.findLast((event): event is CallEndEvent => event.type === 'call.end')?.call.paidAttempts;

/** `sends, paid: how it ended`. */
async function outcomeOf(world: World, script: readonly ScriptedAnswer[], init: RequestInit = post()): Promise<string> {
  world.serve(...script);
  const end = await world.run(CHAT, init);
  return `${world.sends} sent, ${paidOf(world)} paid: ${end}`;
}

describe('paid', () => {
  virtually('F3: a generation that takes 130 s is sent once, and succeeds', async make => {
    const world = make({extends: ['steadfetch:llm']});
    world.serveSlowly(130_000, answer(200, {}, '{"choices":[]}'));
    const response = await world.clock.run(async () => {
      const answered = await world.fetch(CHAT, post());
      await answered.text();
      return answered;
    });
    expect(response.status).to.equal(200);
    expect(world.sends).to.equal(1);
    expect(world.clock.now()).to.equal(130_000);
    expect(reportOf(response)).to.include({attempts: 1, paidAttempts: 1});
  });

  for (const [what, script, without, paid] of [
    ['a timeout', ['hang', 200], '2 sent', '1 sent, 1 paid: ATTEMPT_TIMEOUT (paid-timeout)'],
    ['a success', [200], '1 sent', '1 sent, 1 paid: 200'],
    ['429, whose model did not run', [429, 429, 429, 200], '4 sent', '4 sent, 1 paid: 200'],
    ['a refused connection', [refused, refused, 200], '3 sent', '3 sent, 1 paid: 200'],
    ['a reset, once', [reset, 200], '2 sent', '2 sent, 2 paid: 200'],
    ['resets', [reset], '5 sent', '2 sent, 2 paid: ECONNRESET (paid-attempts-exhausted)'],
    ['500s', [500], '5 sent', '2 sent, 2 paid: 500 (paid-attempts-exhausted)'],
    ['a 429 between two 500s', [500, 429, 500, 200], '4 sent', '3 sent, 2 paid: 500 (paid-attempts-exhausted)'],
    ['two 500s, then a 429', [500, 500, 429, 200], '4 sent', '2 sent, 2 paid: 500 (paid-attempts-exhausted)'],
    ['504: a gateway waited for the model', [504, 200], '2 sent', '1 sent, 1 paid: 504 (paid-timeout)'],
    ['524: a gateway waited for the model', [524, 200], '2 sent', '1 sent, 1 paid: 524 (paid-timeout)'],
    ['408, which says no more: once more', [408, 200], '2 sent', '2 sent, 2 paid: 200'],
    ['408s', [408], '5 sent', '2 sent, 2 paid: 408 (paid-attempts-exhausted)'],
    ['408 after 429s', [429, 408, 429, 200], '4 sent', '4 sent, 2 paid: 200'],
    [
      'no headers within undici’s own limit',
      [connectionError('UND_ERR_HEADERS_TIMEOUT'), 200],
      '2 sent',
      '1 sent, 1 paid: UND_ERR_HEADERS_TIMEOUT (paid-timeout)',
    ],
  ] as const)
    virtually(`${what}: ${without} without it; ${paid}`, async make => {
      expect(await outcomeOf(make({...PAID, paid: null}), script)).to.match(new RegExp(`^${without}, undefined paid`));
      expect(await outcomeOf(make(PAID), script)).to.equal(paid);
    });

  virtually('with refusals, Bedrock’s own timeout of the model is one, too', async make => {
    const body = JSON.stringify({__type: 'ModelTimeoutException', message: 'No.'});
    const world = make({...PAID, refusals: {}});
    world.serve(answer(408, {'content-type': 'application/json'}, body), 200);
    const response = await world.clock.run(() => world.fetch(CHAT, post()));
    await response.text();
    expect(reportOf(response)).to.include({refusal: 'paid-timeout', paidAttempts: 1, attempts: 1});
  });

  virtually('408, whose body says that the request did not arrive, costs nothing', async make => {
    for (const text of [
      'Your client did not send a complete request in time.',
      'The request body was not fully received.',
      'Timed out while reading request body',
      'The server did not receive a complete request message within the time that it was prepared to wait.',
      'The request did not arrive in time.',
      'Client Timeout',
      'Your socket connection to the server was not read from or written to within the timeout period.',
    ]) {
      const unsent = answer(408, {'content-type': 'application/json'}, JSON.stringify({error: {message: text}}));
      const world = make({...PAID, refusals: {}});
      expect(await outcomeOf(world, [unsent, unsent, unsent, 200]), text).to.equal('4 sent, 1 paid: 200');
    }
  });

  virtually('503, whose body says that a connection broke, may have to be paid for', async make => {
    for (const text of [
      'Connection reset by peer',
      'upstream reset before response started{connection termination}',
      'read ECONNRESET',
      'socket hang up',
      'upstream prematurely closed connection',
    ]) {
      const broken = answer(503, {'content-type': 'application/json'}, JSON.stringify({error: {message: text}}));
      const world = make({...PAID, refusals: {}});
      expect(await outcomeOf(world, [broken, broken, broken, 200]), text).to.match(/^2 sent, 2 paid: 503/);
    }
  });

  virtually(
    '408 on a path that creates something is sent once, unless its body says that nothing arrived',
    async make => {
      const files = 'https://models.test/v1/files';
      for (const [body, ends] of [
        ['', '408 (may-have-acted)'],
        ['{"error":{"message":"x"}}', '408 (may-have-acted)'],
        ['{"error":{"message":"Request timed out"}}', '408 (may-have-acted)'],
        ['{"error":{"message":"The client did not send a complete request."}}', '200'],
      ] as const) {
        const world = make({extends: ['steadfetch:llm']});
        world.serve(answer(408, {'content-type': 'application/json'}, body), 200);
        expect(await world.run(files, post()), body).to.equal(ends);
      }
    },
  );

  virtually('after a redirect nothing is free: the first server may have worked', async make => {
    for (const [status, headers, body] of [
      [429, {}, ''],
      [429, {'retry-after': '1'}, ''],
      [403, {'retry-after': '1'}, ''],
      [529, {}, ''],
      [503, {}, '{"error":{"status":"UNAVAILABLE"}}'],
    ] as const) {
      let sends = 0;
      const fetch = async (): Promise<Response> => {
        sends++;
        return Object.defineProperty(new Response(body, {status, headers}), 'redirected', {value: true});
      };
      const world = make({extends: ['steadfetch:llm']}, {fetch});
      expect(await world.run(CHAT, post())).to.equal(`${status} (paid-attempts-exhausted)`);
      expect([sends, paidOf(world)], String(status)).to.deep.equal([2, 2]);
    }
  });

  for (const method of ['GET', 'HEAD', 'OPTIONS', 'DELETE'])
    virtually(`${method} costs nothing: no model works for what reads or deletes a result`, async make => {
      const read = {method};
      const policy = {...PAID, idempotentMethods: [method]};
      for (const script of [
        ['hang', 'hang', 'hang', 200],
        [504, 524, reset, 200],
        [500, 500, 500, 200],
        [408, 408, 408, 200],
      ] as const)
        expect(await outcomeOf(make(policy), script, read), String(script)).to.equal('4 sent, 0 paid: 200');
      const late = make(policy);
      late.serveSlowly(900, 408, 408, 200);
      expect(await late.run(CHAT, read)).to.equal('200');
      const world = make({...policy, maxAttempts: 2, paid: {maxFreeAttempts: 2}});
      expect(await outcomeOf(world, [429, 429, 429, 200], read), 'refusals use up no attempt').to.equal(
        '4 sent, 0 paid: 200',
      );
    });

  virtually('a poll of steadfetch:llm that timed out is sent again', async make => {
    const world = make({extends: ['steadfetch:llm']});
    world.serve('hang', 200);
    expect(await world.run('https://models.test/v1/batches/b', {method: 'GET'})).to.equal('200');
    expect(world.sends).to.equal(2);
  });

  virtually('a stream that brings no content in time is retried, and counted', async make => {
    const world = make({...PAID, stream: {firstContentMs: 500}});
    const silent = (): Response => new Response(new ReadableStream(), {headers: {'content-type': 'text/event-stream'}});
    expect(await outcomeOf(world, [silent, 200])).to.equal('2 sent, 2 paid: 200');
    expect(await outcomeOf(world, [silent])).to.equal('2 sent, 2 paid: CONTENT_TIMEOUT (paid-attempts-exhausted)');
    await world.clock.advance(1000); // These streams heed no signal.
  });

  virtually('a rate limit inside of a stream, before any content, costs nothing', async make => {
    const world = make({...PAID, stream: {}});
    const limited = answer(
      200,
      {'content-type': 'text/event-stream'},
      'event: error\ndata: {"type":"error","error":{"type":"rate_limit_error","message":"No."}}\n\n',
    );
    expect(await outcomeOf(world, [limited, limited, limited, 200])).to.equal('4 sent, 1 paid: 200');
  });

  virtually('`afterTimeout` allows the retry, up to maxPaidAttempts', async make => {
    const world = make({...PAID, paid: {afterTimeout: true, maxPaidAttempts: 3}});
    expect(await outcomeOf(world, ['hang'])).to.equal('3 sent, 3 paid: ATTEMPT_TIMEOUT (paid-attempts-exhausted)');
  });

  virtually('maxPaidAttempts: 1 retries only what the model did not run for', async make => {
    const policy: PolicyInput = {...PAID, paid: {maxPaidAttempts: 1}};
    expect(await outcomeOf(make(policy), [500, 200])).to.equal('1 sent, 1 paid: 500 (paid-attempts-exhausted)');
    expect(await outcomeOf(make(policy), [429, 200])).to.equal('2 sent, 1 paid: 200');
  });

  virtually('the report says why', async make => {
    const world = make(PAID);
    world.serve('hang');
    const error = await world.clock.run(() => thrown(world.fetch(CHAT, post())));
    expect(reportOf(error)).to.include({
      refusal: 'paid-timeout',
      result: 'timeout',
      reason: 'the server may have done the work before the timeout, and a retry is paid for again (attempt timeout)',
      paidAttempts: 1,
    });
    world.serve(500);
    const response = await world.clock.run(() => world.fetch(CHAT, post()));
    expect(reportOf(response)).to.include({
      refusal: 'paid-attempts-exhausted',
      result: 'failure',
      reason: '2 attempts may have to be paid for, and maxPaidAttempts is 2 (500)',
    });
  });

  virtually('a hedge is paid for, and no more of them are sent than may be', async make => {
    const hedge = {delayMs: 100, maxLoadRatio: 1};
    for (const [maxPaidAttempts, expected] of [
      [1, '1 sent, 1 paid: 200'],
      [2, '2 sent, 2 paid: 200'],
    ] as const) {
      const world = make({...PAID, paid: {maxPaidAttempts}, hedge});
      world.serve(later(world.clock, 500, 200), later(world.clock, 500, 200));
      const end = await world.run(CHAT, post());
      expect(`${world.sends} sent, ${paidOf(world)} paid: ${end}`).to.equal(expected);
    }
  });

  virtually('an abort while the model works is paid for; one before the send is not', async make => {
    const world = make(PAID);
    world.serve('hang');
    const controller = new AbortController();
    const call = thrown(world.fetch(CHAT, {...post(), signal: controller.signal}));
    await world.clock.advance(10);
    controller.abort();
    await call;
    expect(paidOf(world)).to.equal(1);
    await thrown(world.fetch(CHAT, {...post(), signal: AbortSignal.abort()}));
    expect(paidOf(world)).to.equal(0);
  });

  virtually('the user’s classify can say that nothing was generated', async make => {
    const world = make(PAID, {classify: () => ({transient: true, sent: 'not-processed'})});
    expect(await outcomeOf(world, [500])).to.equal('5 sent, 0 paid: 500 (attempts-exhausted)');
  });

  virtually('a policy without it counts nothing', async make => {
    const world = make();
    world.serve(200);
    const response = await world.clock.run(() => world.fetch(ITEMS));
    expect(reportOf(response)?.paidAttempts).to.equal(undefined);
  });
});

describe('the attempt timeout that grows with the asked output', () => {
  const timesOut = async (world: World, init: RequestInit): Promise<number> => {
    const start = world.clock.now();
    world.serve('hang');
    await world.run(CHAT, init);
    return world.clock.now() - start;
  };

  for (const [what, policy, tokens, ms] of [
    ['28 ms a token', {}, 1000, 28_000],
    ['never less than attemptTimeoutMs', {}, 10, 1000],
    ['no limit in the body', {}, undefined, 1000],
    ['its own number', {paid: {attemptTimeoutPerOutputTokenMs: 100}}, 1000, 100_000],
    ['switched off', {paid: {attemptTimeoutPerOutputTokenMs: null}}, 1000, 1000],
    ['never beyond the deadline', {deadlineMs: 20_000}, 1000, 20_000],
    ['without attempt timeout', {attemptTimeoutMs: null, deadlineMs: 50_000}, 1000, 50_000],
    ['without paid', {paid: null, maxAttempts: 1}, 1000, 1000],
  ] as const)
    virtually(`${what}: ${ms} ms for ${tokens} tokens`, async make => {
      expect(await timesOut(make({...PAID, ...policy}), post(tokens))).to.equal(ms);
    });

  virtually('the time that a call sets for itself is kept', async make => {
    const world = make(PAID);
    const init = {...post(1000), resilience: {attemptTimeoutMs: 300}};
    expect(await timesOut(world, init)).to.equal(300);
    expect(await timesOut(world, {...post(1000), resilience: {maxAttempts: 2}} as RequestInit)).to.equal(28_000);
  });

  virtually('the error names the time', async make => {
    const world = make(PAID);
    world.serve('hang');
    const error = await world.clock.run(() => thrown(world.fetch(CHAT, post(1000))));
    expect(error).to.include({code: 'ATTEMPT_TIMEOUT', limitMs: 28_000});
  });

  virtually('every attempt of a call gets it, and the reading of the body too', async make => {
    const world = make({...PAID, paid: {afterTimeout: true}});
    world.serve('hang', () => new Response(new ReadableStream()));
    const error = await world.clock.run(async () => {
      const response = await world.fetch(CHAT, post(1000));
      return thrown(response.text());
    });
    expect(error).to.include({code: 'ATTEMPT_TIMEOUT'});
    expect(world.clock.now()).to.equal(28_000 + 10 + 28_000);
  });
});

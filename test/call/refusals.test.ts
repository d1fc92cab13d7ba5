/** `refusals`: what the body of an error adds to its status, and that the caller gets that body whole. */
import {expect} from 'chai';
import {type PolicyInput, reportOf} from '../../src/core.ts';
import type {ScriptedAnswer} from '../../src/testing.ts';
import {answer, ending, ITEMS, thrown, virtually, type World} from './world.ts';

const READ: PolicyInput = {
  refusals: {},
  retryAfter: {maxMs: 120_000},
  deadlineMs: 600_000,
  budget: null,
  breaker: null,
};
const POST = {method: 'POST'};
const JSON_TYPE = 'application/json';

const json = (status: number, body: unknown, headers: Record<string, string> = {}): ScriptedAnswer =>
  answer(status, {'content-type': JSON_TYPE, ...headers}, JSON.stringify(body));
const openAi = (code: string, message = 'No.') => ({error: {message, type: code, param: null, code}});
const gemini = (...details: object[]) => ({error: {code: 429, status: 'RESOURCE_EXHAUSTED', message: 'No.', details}});
const retryInfo = (retryDelay: string) => ({'@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay});
const perDay = {
  '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
  violations: [{quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier'}],
};
const loading = {error: 'Model m/1 is currently loading', estimated_time: 44.5};

/** One call to its end, its body read. */
const ended = (world: World): Promise<string> =>
  world.clock.run(async () => {
    const response = await world.fetch(ITEMS, POST);
    await response.text();
    return ending(Promise.resolve(response));
  });

const sent = async (world: World, first: ScriptedAnswer): Promise<string> => {
  world.serve(first, 200);
  const end = await ended(world);
  return `${world.arrivals.join(' ')}: ${end}`;
};

describe('refusals', () => {
  for (const [what, first, without, read] of [
    ['an account without credit', json(429, openAi('insufficient_quota')), '0 500: 200', '0: 429 (not-transient)'],
    ['a quota of the day', json(429, gemini(perDay, retryInfo('34s'))), '0 500: 200', '0: 429 (not-transient)'],
    [
      'a request that is too large',
      json(429, openAi('rate_limit_exceeded', 'Request too large for m: Limit 30000, Requested 48211.')),
      '0 500: 200',
      '0: 429 (not-transient)',
    ],
    ['RetryInfo', json(429, gemini(retryInfo('34s'))), '0 500: 200', '0 34500: 200'],
    ['estimated_time of a POST', json(503, loading), '0: 503 (may-have-acted)', '0 45000: 200'],
    [
      'a wait in the message',
      json(429, openAi('slow_down', 'Please try again in 6m0s.')),
      '0 500: 200',
      '0: 429 (hint-too-long)',
    ],
    [
      'a short wait in the message',
      json(429, openAi('slow_down', 'Please try again in 2.2s.')),
      '0 500: 200',
      '0 2310: 200',
    ],
    ['a header over the body', json(429, gemini(retryInfo('34s')), {'retry-after': '2'}), '0 2100: 200', '0 2100: 200'],
    [
      'a model that timed out at Bedrock',
      json(408, {__type: 'ModelTimeoutException'}),
      '0 50: 200',
      '0: 408 (may-have-acted)',
    ],
    [
      'the error of AWS in a header',
      answer(400, {'x-amzn-errortype': 'ThrottlingException:'}),
      '0: 400 (not-transient)',
      '0 500: 200',
    ],
    ['a body that is not known', json(429, {oops: true}), '0 500: 200', '0 500: 200'],
    [
      'malformed JSON',
      answer(429, {'content-type': JSON_TYPE}, '{"error": {"code": "insufficient_quota"'),
      '0 500: 200',
      '0: 429 (not-transient)',
    ],
    [
      'JSON of another type',
      answer(429, {'content-type': 'text/html'}, JSON.stringify(openAi('insufficient_quota'))),
      '0 500: 200',
      '0: 429 (not-transient)',
    ],
    [
      'an event stream',
      answer(
        429,
        {'content-type': 'text/event-stream'},
        `event: error\ndata: ${JSON.stringify(openAi('insufficient_quota'))}\n\n`,
      ),
      '0 500: 200',
      '0: 429 (not-transient)',
    ],
    [
      'plain text',
      answer(429, {'content-type': 'text/plain'}, 'Insufficient balance'),
      '0 500: 200',
      '0: 429 (not-transient)',
    ],
    [
      'a page',
      answer(429, {'content-type': 'text/html'}, '<p>Insufficient balance</p>'),
      '0 500: 200',
      '0: 429 (not-transient)',
    ],
    [
      'a page with a wait',
      answer(429, {'content-type': 'text/html'}, '<!DOCTYPE html><p>Please try again in 30 seconds.'),
      '0 500: 200',
      '0 30500: 200',
    ],
    [
      'a page that has the word in its style',
      answer(429, {'content-type': 'text/html'}, '<style>p {text-wrap: balance}</style><p>Too many requests'),
      '0 500: 200',
      '0 500: 200',
    ],
    [
      'a page that is long',
      answer(429, {'content-type': 'text/html'}, `<p>Insufficient balance</p>${' '.repeat(2000)}`),
      '0 500: 200',
      '0 500: 200',
    ],
    ['a balance in a code', json(429, openAi('account_balance_negative')), '0 500: 200', '0: 429 (not-transient)'],
    [
      'a load balancer, and what it could not do',
      json(429, openAi('load_balancer', 'The request was not sent, since load balance failed.')),
      '0 500: 200',
      '0 500: 200',
    ],
    [
      'a problem document',
      answer(
        429,
        {'content-type': 'application/problem+json; charset=utf-8'},
        JSON.stringify(openAi('insufficient_quota')),
      ),
      '0 500: 200',
      '0: 429 (not-transient)',
    ],
    [
      'a status that is not transient, with a code of AWS that is',
      json(400, {__type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException'}),
      '0: 400 (not-transient)',
      '0 500: 200',
    ],
    [
      'a conversation that another request holds, by the status of OpenAI',
      json(400, {error: {...openAi('conversation_locked').error, type: 'invalid_request_error'}}),
      '0: 400 (not-transient)',
      '0 50: 200',
    ],
    [
      'a conversation that another request holds, by the status of Azure',
      json(409, {error: {...openAi('conversation_locked').error, type: 'conflict'}}),
      '0: 409 (not-transient)',
      '0 50: 200',
    ],
    ['another conflict', json(409, openAi('conflict')), '0: 409 (not-transient)', '0: 409 (not-transient)'],
    [
      'a status that is not transient',
      json(404, openAi('rate_limit_exceeded')),
      '0: 404 (not-transient)',
      '0: 404 (not-transient)',
    ],
    ['no body', answer(429, {'content-type': JSON_TYPE}), '0 500: 200', '0 500: 200'],
  ] as const)
    virtually(`${what}: ${without} without it, ${read} with it`, async make => {
      expect(await sent(make({...READ, refusals: null}), first)).to.equal(without);
      expect(await sent(make(READ), first)).to.equal(read);
    });

  virtually('leave the body unread for the caller, and the report says why the call was not retried', async make => {
    const world = make(READ);
    const body = openAi('insufficient_quota', 'Check your plan. '.repeat(100));
    world.serve(json(429, body));
    const response = await world.clock.run(() => world.fetch(ITEMS, POST));
    expect(response.bodyUsed).to.equal(false);
    expect(await response.clone().json()).to.deep.equal(body);
    expect(await response.json()).to.deep.equal(body);
    expect(reportOf(response)).to.include({
      refusal: 'not-transient',
      reason: '429: the quota or the credit of the account is used up',
    });
  });

  virtually('leave the body of the last response whole after a wait for a retry that was not sent', async make => {
    const world = make({...READ, maxAttempts: 2});
    world.serve(json(503, loading), json(503, {...loading, second: true}));
    const response = await world.clock.run(() => world.fetch(ITEMS));
    expect(await response.json()).to.deep.equal({...loading, second: true});
  });

  virtually('are read up to readBytes, even if the header promises less', async make => {
    const body = JSON.stringify({...openAi('insufficient_quota'), pad: 'x'.repeat(100)});
    for (const [readBytes, headers, sends] of [
      [body.length, {}, 1],
      [body.length - 1, {}, 2],
      [body.length - 1, {'content-length': '5'}, 2],
      [body.length, {'content-length': String(body.length + 1)}, 2],
      [body.length, {'content-length': 'none'}, 1],
    ] as const) {
      const world = make({...READ, refusals: {readBytes}});
      world.serve(answer(429, {'content-type': JSON_TYPE, ...headers}, body), 200);
      await ended(world);
      expect(world.sends, `${readBytes} ${JSON.stringify(headers)}`).to.equal(sends);
    }
  });

  virtually(
    'a body that does not come delays no decision for more than 500 ms, and is whole when it comes',
    async make => {
      const world = make({...READ, maxAttempts: 1});
      let send: (text: string) => void = () => {};
      world.serve(() => {
        const stream = new ReadableStream({
          start(controller) {
            send = text => {
              controller.enqueue(new TextEncoder().encode(text));
              controller.close();
            };
          },
        });
        return new Response(stream, {status: 429, headers: {'content-type': JSON_TYPE}});
      });
      const response = await world.clock.run(() => world.fetch(ITEMS, POST));
      expect(world.clock.now()).to.equal(500);
      send('{"late": true}');
      expect(await response.json()).to.deep.equal({late: true});
    },
  );

  virtually('are ignored in a body that fails while it is read', async make => {
    const world = make(READ);
    world.serve(() => {
      const stream = new ReadableStream({pull: controller => controller.error(new Error('broken'))});
      return new Response(stream, {status: 429, headers: {'content-type': JSON_TYPE}});
    }, 200);
    expect(await world.run(ITEMS, POST)).to.equal('200');
  });

  virtually('are read until the caller aborts, which ends the call at once', async make => {
    const world = make(READ);
    world.serve(() => new Response(new ReadableStream(), {status: 429, headers: {'content-type': JSON_TYPE}}));
    const controller = new AbortController();
    const call = thrown(world.fetch(ITEMS, {...POST, signal: controller.signal}));
    await world.clock.advance(100);
    controller.abort(new Error('enough'));
    await world.clock.advance(0);
    expect(await call).to.include({message: 'enough'});
    expect(world.clock.now()).to.equal(100);
    await world.clock.advance(1000); // This body heeds no signal, and is given up after a second.
  });

  virtually('are read until the deadline at most', async make => {
    const world = make({...READ, deadlineMs: 200, attemptTimeoutMs: null});
    world.serve(() => new Response(new ReadableStream(), {status: 429, headers: {'content-type': JSON_TYPE}}));
    await world.run(ITEMS, POST);
    expect(world.clock.now()).to.be.at.most(200);
  });

  virtually('are not read from a body that cannot be read twice', async make => {
    const unlike = {
      status: 429,
      headers: new Headers({'content-type': JSON_TYPE}),
      body: new Response('{}').body,
      redirected: false,
    };
    const answers = [unlike as unknown as Response, new Response(null)];
    const world = make(READ, {fetch: async () => answers.shift()!});
    expect(await world.run(ITEMS, POST)).to.equal('200');
  });

  virtually('of an exhausted account open no breaker and cost no budget', async make => {
    const world = make({
      ...READ,
      breaker: {kind: 'consecutive', failures: 1},
      budget: {kind: 'token-bucket', capacity: 14, refillPerMinute: 0},
    });
    world.serve(json(503, {error: {code: 'insufficient_quota', message: 'No.'}}));
    for (let call = 0; call < 3; call++) expect(await ended(world)).to.equal('503 (not-transient)');
    expect(world.sends).to.equal(3);
    world.serve(503);
    await world.run(ITEMS);
    expect(await world.run(ITEMS)).to.equal('CIRCUIT_OPEN (breaker-open)');
  });

  virtually('with a wait hold every call to the origin', async make => {
    const world = make({...READ, retryAfter: {maxMs: 120_000, scope: 'origin'}});
    world.serve(json(429, gemini(retryInfo('34s'))), 200);
    await world.clock.run(async () => {
      const first = world.fetch(ITEMS, POST);
      await world.clock.sleep(10);
      await Promise.all([first, world.fetch(`${ITEMS}/other`)]);
    });
    const [, second, third] = world.arrivals;
    expect(second).to.be.at.least(34_000);
    expect(third).to.be.at.least(34_000);
  });

  virtually('are named as the source of the wait in events', async make => {
    const world = make(READ);
    for (const [body, waitSource, retryAfterMs] of [
      [gemini(retryInfo('1.5s')), 'retry-info', 1500],
      [loading, 'estimated-time', 44_500],
      [openAi('slow_down', 'Please try again in 2.2s.'), 'message', 2200],
    ] as const) {
      world.events.length = 0;
      await sent(world, json(429, body));
      const scheduled = world.events.find(({type}) => type === 'retry.scheduled');
      expect(scheduled).to.include({waitSource, retryAfterMs});
    }
  });

  virtually('contribute no wait if the policy ignores hints', async make => {
    const world = make({...READ, retryAfter: {honor: false}});
    expect(await sent(world, json(429, gemini(retryInfo('34s'))))).to.equal('0 500: 200');
  });

  virtually('are passed to the user’s classify, which decides', async make => {
    const shown: string[] = [];
    const world = make(READ, {
      classify: ({classification}) => {
        shown.push(classification.reason);
        return {transient: true, sent: 'not-processed'};
      },
    });
    expect(await sent(world, json(429, openAi('insufficient_quota')))).to.equal('0 500 600: 200 (attempts-exhausted)');
    expect(shown[0]).to.equal('429: the quota or the credit of the account is used up');
  });

  virtually('are read from each attempt of a hedged call', async make => {
    const world = make({...READ, hedge: {delayMs: 100, maxLoadRatio: 1}, idempotentMethods: ['POST']});
    world.serveSlowly(200, json(429, openAi('insufficient_quota')));
    expect(await ended(world)).to.equal('429 (not-transient)');
    expect(world.sends).to.equal(2);
  });

  virtually('after a redirect do not show that the server did nothing', async make => {
    const response = new Response(JSON.stringify(loading), {status: 503, headers: {'content-type': JSON_TYPE}});
    Object.defineProperty(response, 'redirected', {value: true});
    const world = make(READ, {fetch: async () => response});
    expect(await ended(world)).to.equal('503 (may-have-acted)');
  });
});

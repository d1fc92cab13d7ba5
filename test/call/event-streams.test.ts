/** Event streams under `stream`: what is the answer, what is retried, and how long anything is waited for. */
import {expect} from 'chai';
import {type PolicyInput, reportOf} from '../../src/core.ts';
import {errorOf} from '../support/outcome.ts';
import {AT_ONCE} from '../support/policies.ts';
import {
  BREAK,
  DONE,
  END,
  EVENT_PING,
  errorEvent,
  OVERLOADED,
  PING,
  ROLE,
  SILENCE,
  type Step,
  streamedFetch,
  text,
} from '../support/streamed-fetch.ts';
import {ending, ITEMS, thrown, virtually, type World} from './world.ts';

const policy: PolicyInput = {stream: {}, idempotentMethods: ['POST'], backoff: {...AT_ONCE}, maxAttempts: 3};
const POST = {method: 'POST', body: '{}'};

type Make = (policy?: PolicyInput, ports?: object) => World;

/** A world whose server answers with these streams. */
function streaming(make: Make, scripts: readonly (readonly Step[])[], over: PolicyInput = {}, options = {}) {
  const holder: {fetch?: typeof globalThis.fetch} = {};
  const world = make({...policy, ...over}, {fetch: (...args: Parameters<typeof fetch>) => holder.fetch!(...args)});
  const server = streamedFetch(world.clock, scripts, options);
  holder.fetch = server.fetch;
  return {world, server, call: (init: RequestInit = POST) => world.clock.run(() => world.fetch(ITEMS, init))};
}

describe('an event stream under a policy for streams', () => {
  virtually('is the answer at its first content, whole', async make => {
    const {world, server, call} = streaming(make, [[PING, ROLE, 300, text('Hi'), 5000, text('!'), DONE]]);
    const response = await call();
    expect(world.clock.now()).to.equal(300);
    const body = world.clock.run(() => response.text());
    expect(await body).to.equal(PING + ROLE + text('Hi') + text('!') + DONE);
    expect(server.requests).to.have.length(1);
  });

  virtually('has the time to its first content in its report, counted from the send of its attempt', async make => {
    const {call} = streaming(make, [
      [50, OVERLOADED, END],
      [100, PING, 300, text('Hi'), DONE],
    ]);
    const response = await call();
    expect(reportOf(response)?.firstContentMs).to.equal(400);
    await response.text();
    const plain = make();
    expect(reportOf(await plain.fetch(ITEMS))?.firstContentMs).to.equal(undefined);
  });

  virtually('is the very Response that fetch gave', async make => {
    const given = new Response(PING + text('Hi') + DONE, {
      headers: {'content-type': 'text/event-stream; charset=utf-8'},
    });
    const world = make(policy, {fetch: async () => given});
    const response = await world.fetch(ITEMS);
    expect(response).to.equal(given);
    expect(await response.text()).to.equal(PING + text('Hi') + DONE);
  });

  for (const [title, event, status] of [
    ['overloaded_error of Anthropic', OVERLOADED, 529],
    [
      'rate_limit_error of Anthropic',
      'event: error\ndata: {"type":"error","error":{"type":"rate_limit_error"}}\n\n',
      429,
    ],
    ['api_error of Anthropic', 'event: error\ndata: {"type":"error","error":{"type":"api_error"}}\n\n', 500],
    ['server_error of OpenAI', errorEvent({type: 'server_error', code: null}), 500],
    ['rate_limit_exceeded of OpenAI', errorEvent({type: 'tokens', code: 'rate_limit_exceeded'}), 429],
    ['an error of the Responses API', 'event: error\ndata: {"type":"error","code":"server_error"}\n\n', 500],
    [
      'response.failed',
      'data: {"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded"}}}\n\n',
      429,
    ],
    ['UNAVAILABLE of Gemini', errorEvent({code: 503, status: 'UNAVAILABLE'}), 503],
    ['RESOURCE_EXHAUSTED of Gemini', errorEvent({code: 429, status: 'RESOURCE_EXHAUSTED'}), 429],
    ['an upstream error of OpenRouter', errorEvent({code: 502, message: 'Provider returned error'}), 502],
  ] as const) {
    virtually(`is retried like a ${status} where it begins with ${title}`, async make => {
      const {world, server, call} = streaming(make, [
        [PING, event, END],
        [text('Hi'), DONE],
      ]);
      const response = await call();
      expect(await response.text()).to.equal(text('Hi') + DONE);
      expect(server.requests).to.have.length(2);
      const [scheduled] = world.events.filter(({type}) => type === 'retry.scheduled');
      expect(scheduled)
        .to.have.property('reason')
        .that.matches(/ in the event stream before any content$/);
    });
  }

  virtually('waits as long as its error asks, and never less', async make => {
    const details = [{'@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34s'}];
    const event = errorEvent({code: 429, status: 'RESOURCE_EXHAUSTED', details});
    const {server, call} = streaming(
      make,
      [
        [event, END],
        [text('Hi'), DONE],
      ],
      {deadlineMs: 120_000},
    );
    await (await call()).text();
    const [first, second] = server.requests.map(({at}) => at);
    expect(second! - first!).to.be.within(34_000, 35_000);
  });

  for (const [title, event, isFailure] of [
    ['an overload', OVERLOADED, false],
    ['a rate limit', errorEvent({type: 'tokens', code: 'rate_limit_exceeded'}), false],
    ['an error of the server', errorEvent({type: 'server_error', code: null}), true],
    ['an error of the request', errorEvent({type: 'invalid_request_error', code: null}), false],
  ] as const) {
    virtually(
      `${isFailure ? 'opens' : 'does not open'} the breaker by ${title}, as the response of that status`,
      async make => {
        const {call} = streaming(make, [[event, END]], {breaker: {kind: 'consecutive', failures: 1}, maxAttempts: 1});
        await (await call()).text();
        const second = await ending(call().then(response => response.text().then(() => response)));
        expect(second.startsWith('CIRCUIT_OPEN')).to.equal(isFailure);
      },
    );
  }

  for (const [title, event] of [
    ['invalid_request_error', 'event: error\ndata: {"type":"error","error":{"type":"invalid_request_error"}}\n\n'],
    ['insufficient_quota', errorEvent({type: 'insufficient_quota', code: 'insufficient_quota'})],
    ['a 400 of vLLM', errorEvent({type: 'BadRequestError', code: 400})],
  ] as const) {
    virtually(`is not retried where it begins with ${title}`, async make => {
      const {server, call} = streaming(make, [[event, END]]);
      const response = await call();
      expect(server.requests).to.have.length(1);
      expect(reportOf(response)).to.include({refusal: 'not-transient', result: 'not_retryable'});
      expect(await response.text()).to.equal(event);
    });
  }

  virtually('is passed on where its error is of an unknown kind', async make => {
    const {server, call} = streaming(make, [[errorEvent({type: 'something_new'}), END]]);
    const response = await call();
    expect(server.requests).to.have.length(1);
    expect(reportOf(response)?.result).to.equal('success');
    await response.text();
  });

  virtually('goes to the caller as the server sent it where all attempts begin with an error', async make => {
    const all = PING + OVERLOADED;
    const {world, server, call} = streaming(make, [[PING, OVERLOADED, END]]);
    const response = await call();
    expect(server.requests).to.have.length(3);
    expect(response.status).to.equal(200);
    expect(reportOf(response)).to.include({
      result: 'failure',
      refusal: 'attempts-exhausted',
      reason: 'all 3 attempts are used (overloaded_error in the event stream before any content)',
    });
    expect(await world.clock.run(() => response.text())).to.equal(all);
  });

  virtually('goes to the caller whole where its retry had to wait and was then refused', async make => {
    const {world, server} = streaming(make, [[OVERLOADED, END]], {backoff: {kind: 'constant', throttledBaseMs: 1000}});
    const sending = world.fetch(ITEMS, POST);
    await world.clock.advance(10);
    world.handle.disableRetries();
    expect(await (await sending).text()).to.equal(OVERLOADED);
    expect(server.requests).to.have.length(1);
  });

  virtually('is not retried after its first content', async make => {
    for (const rest of [OVERLOADED, BREAK] as const) {
      const {server, call} = streaming(make, [[text('Hi'), rest, END]]);
      const response = await call();
      const read = await errorOf(async () => {
        const all = await response.text();
        throw new Error(all);
      });
      expect(read.message).to.equal(rest === BREAK ? 'terminated' : text('Hi') + OVERLOADED);
      expect(server.requests).to.have.length(1);
    }
  });

  virtually('is not retried where content and error come in one chunk', async make => {
    const {server, call} = streaming(make, [[text('Hi') + OVERLOADED, END]]);
    expect(await (await call()).text()).to.equal(text('Hi') + OVERLOADED);
    expect(server.requests).to.have.length(1);
  });

  virtually('is retried where the connection breaks before any content', async make => {
    const {server, call} = streaming(make, [
      [ROLE, BREAK],
      [text('Hi'), DONE],
    ]);
    expect(await (await call()).text()).to.equal(text('Hi') + DONE);
    expect(server.requests).to.have.length(2);
  });

  virtually('rejects with the error of the connection where the call may not be repeated', async make => {
    const {server, call} = streaming(make, [[ROLE, BREAK]], {idempotentMethods: []});
    const error = await errorOf(call);
    expect(error).to.include({name: 'TypeError', message: 'terminated'});
    expect(error.resilience).to.include({refusal: 'may-have-acted'});
    expect(server.requests).to.have.length(1);
  });

  virtually('is an answer without any content where it has its end mark', async make => {
    const stop = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';
    for (const script of [[ROLE, DONE], [DONE], [ROLE, stop], [ROLE + stop + DONE]] as const) {
      const {server, call} = streaming(make, [[...script, END]]);
      const response = await call();
      expect(reportOf(response)?.result).to.equal('success');
      expect(await response.text()).to.equal(script.join(''));
      expect(server.requests).to.have.length(1);
    }
  });

  virtually('is classified by an error that lacks its blank line', async make => {
    const {server, call} = streaming(make, [
      [OVERLOADED.trimEnd(), END],
      [text('Hi'), DONE],
    ]);
    expect(await (await call()).text()).to.equal(text('Hi') + DONE);
    expect(server.requests).to.have.length(2);
  });

  describe('that brings no content', () => {
    const pings = (count: number): Step[] => Array.from({length: count}, () => [1000, PING] as const).flat();

    virtually('fails its attempt after firstContentMs, counted from the headers, and is retried', async make => {
      const {world, server, call} = streaming(
        make,
        [
          [700, ...pings(100)],
          [text('Hi'), DONE],
        ],
        {
          stream: {firstContentMs: 5000},
        },
      );
      expect(await (await call()).text()).to.equal(text('Hi') + DONE);
      expect(server.requests.map(({at}) => at)).to.deep.equal([0, 5700]);
      expect(server.requests[0]!.signal!.reason).to.include({code: 'CONTENT_TIMEOUT', limitMs: 5000});
      expect(world.events.find(({type}) => type === 'attempt.end')).to.include({
        outcome: 'content-timeout',
        reason: 'no content in time',
      });
    });

    virtually('is not retried where the call may not be repeated', async make => {
      const over = {stream: {firstContentMs: 5000}, idempotentMethods: []};
      const {server, call} = streaming(make, [pings(100)], over);
      const error = await errorOf(call);
      expect(error).to.include({
        name: 'TimeoutError',
        code: 'CONTENT_TIMEOUT',
        message: 'The event stream brought no content within 5000 ms of its headers.',
      });
      expect(error.resilience).to.include({result: 'not_retryable', refusal: 'may-have-acted'});
      expect(server.requests).to.have.length(1);
    });

    virtually('is not retried where the policy does not retry timeouts', async make => {
      const {server, call} = streaming(make, [pings(100)], {stream: {firstContentMs: 5000}, retryOn: [529]});
      expect((await errorOf(call)).resilience).to.include({refusal: 'not-transient'});
      expect(server.requests).to.have.length(1);
    });

    virtually('counts as a failure of the origin', async make => {
      const over: PolicyInput = {
        stream: {firstContentMs: 5000},
        breaker: {kind: 'consecutive', failures: 1},
        maxAttempts: 1,
      };
      const {call} = streaming(make, [pings(100)], over);
      await errorOf(call);
      expect(await errorOf(call)).to.include({code: 'CIRCUIT_OPEN'});
    });

    virtually('has the time of the attempt where that is shorter', async make => {
      const {call} = streaming(make, [pings(100)], {
        stream: {firstContentMs: 5000},
        attemptTimeoutMs: 3000,
        maxAttempts: 1,
      });
      expect(await errorOf(call)).to.include({code: 'ATTEMPT_TIMEOUT', limitMs: 3000});
    });

    virtually('has the time of the call where that is shorter', async make => {
      const {world, call} = streaming(make, [pings(100)], {stream: {firstContentMs: null}, deadlineMs: 3000});
      expect(await errorOf(call)).to.include({code: 'DEADLINE_EXCEEDED'});
      expect(world.clock.now()).to.equal(3000);
    });

    virtually('ends without any other limit of time', async make => {
      const over = {
        stream: {firstContentMs: 5000},
        attemptTimeoutMs: null,
        deadlineMs: null,
        idleTimeoutMs: null,
        maxAttempts: 1,
      };
      const {call} = streaming(make, [pings(100)], over);
      expect(await errorOf(call)).to.include({code: 'CONTENT_TIMEOUT'});
    });

    virtually('is passed on once it is larger than holdBytes', async make => {
      const {world, server, call} = streaming(make, [[PING, PING, PING, 1000, text('Hi')]], {
        stream: {holdBytes: 2 * PING.length},
      });
      const response = await call();
      expect(world.clock.now()).to.equal(0);
      expect(server.requests[0]!.pulled).to.equal(2);
      expect(await world.clock.run(() => response.text())).to.equal(PING.repeat(3) + text('Hi'));
    });

    virtually('is aborted with its caller, with the caller’s reason', async make => {
      for (const hears of [true, false]) {
        const {world, server} = streaming(make, [[PING, SILENCE]], {stream: {firstContentMs: null}}, {hears});
        const controller = new AbortController();
        const sending = thrown(world.fetch(ITEMS, {...POST, signal: controller.signal}));
        await world.clock.advance(10);
        const reason = new Error('enough');
        controller.abort(reason);
        expect(await sending).to.equal(reason);
        expect(server.requests).to.have.length(1);
        expect(server.requests[0]!.signal!.aborted).to.equal(true);
        if (!hears) expect(server.requests[0]!.cancelled).to.equal(reason);
      }
    });

    virtually('holds its place under the concurrency limit until its first content', async make => {
      const {world, server} = streaming(make, [[PING, 1000, text('a'), 5000, text('b')]], {
        concurrency: {max: 1, queue: 1},
      });
      const calls = Promise.all([world.fetch(ITEMS, POST), world.fetch(ITEMS, POST)]);
      await world.clock.run(() => calls);
      expect(server.requests.map(({at}) => at)).to.deep.equal([0, 1000]);
      for (const response of await calls) response.body!.cancel();
    });
  });

  describe('as its reader waits', () => {
    const firstOf = async (response: Response) => {
      const reader = response.body!.getReader();
      await reader.read();
      return reader;
    };
    const over = {stream: {}, idleTimeoutMs: 3000};

    virtually('is not kept alive by comments and pings', async make => {
      for (const ping of [PING, EVENT_PING]) {
        const pings = Array.from({length: 20}, () => [1000, ping] as const).flat();
        const {world, call} = streaming(make, [[text('Hi'), ...pings]], over);
        const reader = await firstOf(await call());
        const error = await errorOf(() =>
          world.clock.run(async () => {
            for (;;) await reader.read();
          }),
        );
        expect(error).to.include({code: 'IDLE_TIMEOUT', limitMs: 3000});
        expect(world.clock.now()).to.equal(3000);
      }
    });

    virtually('is kept alive by data, also by a part of a large event', async make => {
      const slow = ['data: {"image":"', 2500, 'AAAA', 2500, 'AAAA', 2500, '"}\n\n', 2500, text('!'), DONE];
      const {world, call} = streaming(make, [[text('Hi'), ...slow]], over);
      const response = await call();
      const read = async (): Promise<number> => {
        let bytes = 0;
        for await (const chunk of response.body!) bytes += chunk.length;
        return bytes;
      };
      expect(await world.clock.run(read)).to.be.above(100);
      expect(world.clock.now()).to.equal(10_000);
    });

    virtually('is not ended while no read is pending', async make => {
      const {world, call} = streaming(make, [[text('Hi'), PING, 1000, text('!')]], over);
      const reader = await firstOf(await call());
      await world.clock.run(() => reader.read());
      await world.clock.advance(60_000);
      const {value} = await world.clock.run(() => reader.read());
      expect(new TextDecoder().decode(value)).to.equal(text('!'));
      await reader.cancel();
    });

    virtually('is kept alive by pings where the policy has none for streams', async make => {
      const pings = Array.from({length: 20}, () => [1000, PING] as const).flat();
      const {world, call} = streaming(make, [[text('Hi'), ...pings]], {...over, stream: null});
      const response = await call();
      const bytes = await world.clock.run(async () => {
        let count = 0;
        for await (const _ of response.body!) count++;
        return count;
      });
      expect(bytes).to.equal(21);
    });

    virtually('is the answer at its headers, with the same silence, where the policy says so', async make => {
      const pings = Array.from({length: 20}, () => [1000, PING] as const).flat();
      const {world, server, call} = streaming(make, [[500, ...pings, OVERLOADED]], {
        ...over,
        stream: {commit: 'headers'},
      });
      const response = await call();
      expect(world.clock.now()).to.equal(500);
      expect(server.requests[0]!.pulled).to.equal(0);
      const error = await errorOf(() =>
        world.clock.run(async () => {
          for await (const _ of response.body!);
        }),
      );
      expect(error).to.include({code: 'IDLE_TIMEOUT'});
      expect(world.clock.now()).to.equal(3500);
    });
  });

  virtually('keeps what is left of the attempt’s time for .text()', async make => {
    const {world, call} = streaming(make, [[PING, 2000, text('Hi'), SILENCE]], {
      attemptTimeoutMs: 8000,
      maxAttempts: 1,
      stream: {firstContentMs: 5000},
    });
    const response = await call();
    expect(await errorOf(() => world.clock.run(() => response.text()))).to.include({code: 'ATTEMPT_TIMEOUT'});
    expect(world.clock.now()).to.equal(8000);
  });

  virtually('wins a race of hedges by its first content', async make => {
    const over: PolicyInput = {hedge: {delayMs: 100, maxLoadRatio: 1}, maxAttempts: 2};
    const {world, server, call} = streaming(
      make,
      [
        [PING, 5000, text('slow')],
        [PING, 50, text('fast'), DONE],
      ],
      over,
    );
    const response = await call();
    expect(world.clock.now()).to.equal(150);
    expect(await response.text()).to.equal(PING + text('fast') + DONE);
    expect(server.requests.map(({signal}) => signal!.aborted)).to.deep.equal([true, false]);
  });

  virtually('reads nothing ahead after its first content', async make => {
    const {server, call} = streaming(make, [[text('a'), text('b'), text('c'), text('d')]]);
    const response = await call();
    const pulled = server.requests[0]!.pulled;
    expect(pulled).to.equal(1);
    const reader = response.body!.getReader();
    await reader.read();
    expect(server.requests[0]!.pulled).to.equal(1);
    await reader.cancel('enough');
    expect(server.requests[0]!.cancelled).to.equal('enough');
  });

  for (const [title, headers] of [
    ['another type', {'content-type': 'application/json'}],
    ['a type that only begins alike', {'content-type': 'text/event-streams'}],
  ] as const) {
    virtually(`concerns no response of ${title}`, async make => {
      const {world, server, call} = streaming(make, [[PING, 1000, OVERLOADED]], {}, {headers});
      const response = await call();
      expect(world.clock.now()).to.equal(0);
      expect(server.requests[0]!.pulled).to.equal(0);
      await response.body!.cancel();
    });
  }

  virtually('changes nothing without a policy for streams', async make => {
    const {world, server, call} = streaming(make, [[PING, 1000, OVERLOADED, END]], {stream: null});
    const response = await call();
    expect(world.clock.now()).to.equal(0);
    expect(server.requests[0]!.pulled).to.equal(0);
    expect(await world.clock.run(() => response.text())).to.equal(PING + OVERLOADED);
    expect(server.requests).to.have.length(1);
  });
});

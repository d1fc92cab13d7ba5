/** Event streams that end without the end mark of their format, under `stream`. */
import {expect} from 'chai';
import {type PolicyInput, reportOf, type SteadfetchError} from '../../src/core.ts';
import {errorOf} from '../support/outcome.ts';
import {AT_ONCE} from '../support/policies.ts';
import {
  DONE,
  END,
  EVENT_PING,
  errorEvent,
  PING,
  ROLE,
  SILENCE,
  type Step,
  streamedFetch,
  text,
} from '../support/streamed-fetch.ts';
import {ITEMS, virtually, type World} from './world.ts';

const policy: PolicyInput = {stream: {}, idempotentMethods: ['POST'], backoff: {...AT_ONCE}, maxAttempts: 3};
const POST = {method: 'POST', body: '{}'};
const HI = text('Hi');
const STOP = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';

function streaming(
  make: (policy?: PolicyInput, ports?: object) => World,
  scripts: readonly (readonly Step[])[],
  over: PolicyInput = {},
  ports = {},
) {
  const holder: {fetch?: typeof globalThis.fetch} = {};
  const fetch = (...args: Parameters<typeof globalThis.fetch>) => holder.fetch!(...args);
  const world = make({...policy, ...over}, {fetch, ...ports});
  const server = streamedFetch(world.clock, scripts);
  holder.fetch = server.fetch;
  return {world, server, call: (init: RequestInit = POST) => world.clock.run(() => world.fetch(ITEMS, init))};
}

/** Everything that the reader gets, and the error in place of the end. */
async function readAll(response: Response): Promise<{all: string; error: SteadfetchError | null}> {
  let all = '';
  try {
    for await (const chunk of response.body!) all += Buffer.from(chunk).toString();
    return {all, error: null};
  } catch (error) {
    return {all, error: error as SteadfetchError};
  }
}

const json = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const typed = (value: {readonly type: string}): string => `event: ${value.type}\n${json(value)}`;

/** Of each format the beginning, content, and the ways in which its streams end. */
const FORMATS: Readonly<
  Record<string, {begin: string; content: string; ends: readonly string[]; mark: string; early?: string}>
> = {
  'OpenAI chat': {
    begin: ROLE,
    content: HI,
    ends: [STOP, DONE, STOP + json({choices: [], usage: {total_tokens: 2}}) + DONE, errorEvent({type: 'server_error'})],
    mark: 'finish_reason or [DONE]',
  },
  'OpenAI completions': {
    begin: json({object: 'text_completion', choices: [{index: 0, text: '', finish_reason: null}]}),
    content: json({object: 'text_completion', choices: [{index: 0, text: 'Hi', finish_reason: null}]}),
    ends: [DONE, json({choices: [{index: 0, text: '', finish_reason: 'length'}]})],
    mark: 'finish_reason or [DONE]',
  },
  'OpenAI Responses': {
    begin: typed({type: 'response.created', response: {id: 'r', output: [], error: null}} as {type: string}),
    content: typed({type: 'response.output_text.delta', delta: 'Hi'} as {type: string}),
    ends: ['completed', 'incomplete', 'failed', 'cancelled'].map(word => typed({type: `response.${word}`})),
    mark: 'response.completed',
  },
  Anthropic: {
    begin: typed({
      type: 'message_start',
      message: {type: 'message', role: 'assistant', content: [], stop_reason: null},
    } as {type: string}),
    content: typed({type: 'content_block_delta', delta: {type: 'text_delta', text: 'Hi'}} as {type: string}),
    ends: [
      typed({type: 'message_stop'}),
      typed({type: 'message_delta', delta: {stop_reason: 'end_turn'}} as {type: string}),
      typed({type: 'error', error: {type: 'overloaded_error'}} as {type: string}),
    ],
    mark: 'message_stop',
  },
  'Anthropic, from vLLM': {
    begin: typed({
      type: 'message_start',
      message: {id: 'm', content: [], model: 'm', usage: {input_tokens: 1, output_tokens: 0}},
    } as {type: string}),
    content: typed({type: 'content_block_delta', index: 0, delta: {type: 'text_delta', text: 'Hi'}} as {type: string}),
    ends: [
      typed({type: 'message_stop'}),
      DONE,
      typed({type: 'message_delta', delta: {stop_reason: 'x'}} as {type: string}),
    ],
    mark: 'message_stop',
  },
  'text completions without null reasons': {
    begin: json({object: 'text_completion', choices: [{index: 0, text: ''}]}),
    content: json({object: 'text_completion', choices: [{index: 0, text: 'Hi'}]}),
    ends: [DONE, json({object: 'text_completion', choices: [{index: 0, text: '', finish_reason: 'stop'}]})],
    mark: 'finish_reason or [DONE]',
  },
  Gemini: {
    begin: json({candidates: [{content: {role: 'model'}, index: 0}], usageMetadata: {promptTokenCount: 3}}),
    content: json({candidates: [{content: {parts: [{text: 'Hi'}], role: 'model'}, index: 0}]}),
    ends: [
      json({candidates: [{content: {parts: [{text: '!'}], role: 'model'}, finishReason: 'STOP'}]}),
      json({promptFeedback: {blockReason: 'SAFETY'}}),
    ],
    mark: 'finishReason',
  },
  Cohere: {
    begin: typed({type: 'message-start', delta: {message: {role: 'assistant'}}} as {type: string}),
    content: typed({type: 'content-delta', delta: {message: {content: {text: 'Hi'}}}} as {type: string}),
    ends: [typed({type: 'message-end', delta: {finish_reason: 'COMPLETE'}} as {type: string})],
    mark: 'message-end',
  },
};

describe('an event stream without its end mark', () => {
  for (const [format, {begin, content, ends, mark}] of Object.entries(FORMATS)) {
    virtually(`of ${format} is retried before any content`, async make => {
      const {world, server, call} = streaming(make, [
        [PING, begin, END],
        [begin, content, ends[0]!, END],
      ]);
      const {all, error} = await readAll(await call());
      expect({all, error}).to.deep.equal({all: begin + content + ends[0], error: null});
      expect(server.requests).to.have.length(2);
      expect(world.events.find(({type}) => type === 'attempt.end')).to.include({
        outcome: 'network',
        reason: 'STREAM_INCOMPLETE',
        transient: true,
        sent: 'maybe-processed',
      });
    });

    virtually(`of ${format} is an error after its content, and no byte is lost`, async make => {
      const {server, call} = streaming(make, [[begin, content, PING, END]]);
      const response = await call();
      const {all, error} = await readAll(response);
      expect(all).to.equal(begin + content + PING);
      expect(error).to.include({
        name: 'SteadfetchError',
        code: 'STREAM_INCOMPLETE',
        message: `The event stream ended without ${mark}.`,
      });
      expect(server.requests).to.have.length(1);
    });

    virtually(`of ${format} has none missing with each of its ends`, async make => {
      for (const end of ends)
        for (const script of [
          [begin, content, end],
          [begin + content + end],
          [begin, content, end, PING, EVENT_PING],
          [(begin + content + end).replaceAll('\n', '\r\n')],
          [`\uFEFF${begin}${content}${end}`],
          Array.from(Buffer.from(begin + content + end), byte => Uint8Array.of(byte)),
        ] as Step[][]) {
          const {call} = streaming(make, [[...script, END]]);
          const {all, error} = await readAll(await call());
          expect(error).to.equal(null);
          expect(all).to.contain('Hi');
        }
    });
  }

  for (const [format, {begin, content}] of Object.entries(FORMATS))
    virtually(`of ${format} is no answer where it ends inside its first event`, async make => {
      for (const whole of [begin, content])
        for (let length = whole.length - 1; length > 0; length -= 3) {
          const cut = whole.slice(0, length);
          const {server, call} = streaming(make, [
            [cut, END],
            [PING, cut, END],
            [HI, DONE, END],
          ]);
          expect(await readAll(await call()), cut).to.deep.equal({all: HI + DONE, error: null});
          expect(server.requests).to.have.length(3);
          expect(await errorOf(streaming(make, [[cut, END]]).call), cut).to.include({code: 'STREAM_INCOMPLETE'});
        }
    });

  for (const [format, {begin, content, ends}] of Object.entries(FORMATS))
    virtually(`of ${format} that ends inside its end mark is an error`, async make => {
      for (const end of ends) {
        const whole = end.split('\n\n')[0]!;
        for (let length = whole.length - 1; length > 0; length--)
          for (const script of [
            [begin + content + whole.slice(0, length)],
            [begin, content, ...whole.slice(0, length)],
          ]) {
            const {all, error} = await readAll(await streaming(make, [[...script, END]]).call());
            expect([all, error?.code], all).to.deep.equal([script.join(''), 'STREAM_INCOMPLETE']);
          }
      }
    });

  virtually('has none missing where an end mark without its blank line is longer than what is kept', async make => {
    const completed = json({type: 'response.completed', response: {output: ['"{[x'.repeat(20_000)]}}).trimEnd();
    const {begin} = FORMATS['OpenAI Responses']!;
    for (const script of [
      [begin, HI, completed],
      [begin, HI, ...completed.match(/.{1,999}/g)!],
    ]) {
      const {call} = streaming(make, [[...script, END]]);
      expect(await readAll(await call())).to.deep.equal({all: script.join(''), error: null});
    }
  });

  virtually('that ends inside its first event is an error for the caller where nothing is held', async make => {
    const acting = {method: 'POST', body: '{"background":true}'};
    const {server, call} = streaming(make, [[HI.slice(0, 20), END]], {refusals: {}});
    const {all, error} = await readAll(await call(acting));
    expect([all, error?.code]).to.deep.equal([HI.slice(0, 20), 'STREAM_INCOMPLETE']);
    expect(server.requests).to.have.length(1);
  });

  virtually('has none missing where only the blank line of its end mark is', async make => {
    for (const script of [
      [ROLE, DONE.trimEnd()],
      [HI, STOP.trimEnd()],
      [ROLE, HI + DONE.trimEnd()],
      [DONE.trimEnd()],
    ]) {
      const {call} = streaming(make, [[...script, END]]);
      expect(await readAll(await call())).to.deep.equal({all: script.join(''), error: null});
    }
  });

  virtually('is no answer where it brings nothing but comments and pings', async make => {
    for (const script of [[], [PING], [EVENT_PING, PING], ['\n\n'], ['id: 1\n\n'], ['data:\n\n']] as const) {
      const {server, call} = streaming(make, [
        [...script, END],
        [HI, DONE, END],
      ]);
      expect((await readAll(await call())).all).to.equal(HI + DONE);
      expect(server.requests).to.have.length(2);
    }
  });

  virtually('rejects where no attempt is left, with what is missing', async make => {
    const {server, call} = streaming(make, [[ROLE, END]]);
    const error = await errorOf(call);
    expect(error).to.include({
      code: 'STREAM_INCOMPLETE',
      message: 'The event stream ended without finish_reason or [DONE].',
    });
    expect(error.resilience).to.include({
      result: 'failure',
      refusal: 'attempts-exhausted',
      reason: 'all 3 attempts are used (STREAM_INCOMPLETE)',
    });
    expect(server.requests).to.have.length(3);
  });

  virtually('names no mark where its format is unknown', async make => {
    const {call} = streaming(make, [[PING, END]], {maxAttempts: 1});
    expect((await errorOf(call)).message).to.equal('The event stream ended without content or an end mark.');
  });

  virtually(
    'is not retried where the call may not be repeated, or the policy retries no broken connections',
    async make => {
      for (const [over, refusal] of [
        [{idempotentMethods: []}, 'may-have-acted'],
        [{retryOn: [503]}, 'not-transient'],
      ] as const) {
        const {server, call} = streaming(make, [[ROLE, END]], over);
        const error = await errorOf(call);
        expect(error).to.include({code: 'STREAM_INCOMPLETE'});
        expect(error.resilience).to.include({refusal});
        expect(server.requests).to.have.length(1);
      }
    },
  );

  virtually('may have to be paid for', async make => {
    const {server, call} = streaming(make, [[ROLE, END]], {paid: {maxPaidAttempts: 2}});
    const error = await errorOf(call);
    expect(error.resilience).to.include({refusal: 'paid-attempts-exhausted', paidAttempts: 2});
    expect(server.requests).to.have.length(2);
  });

  for (const [title, script] of [
    ['choices of a server that writes no reasons', [json({choices: [{delta: {content: 'Hi'}}]})]],
    ['events of another protocol', [typed({type: 'delta'}), 'event: bye\ndata: ok\n\n']],
    ['text', ['data: Hi\n\n']],
    ['a named event without data', ['event: done\ndata:\n\n']],
    ['tokens of TGI', [json({token: {text: 'Hi'}, generated_text: null})]],
  ] as const)
    virtually(`may end in any way with ${title}`, async make => {
      const {server, call} = streaming(make, [[...script, END]]);
      expect(await readAll(await call())).to.deep.equal({all: script.join(''), error: null});
      expect(server.requests).to.have.length(1);
    });

  virtually('has none missing for tool calls, refusals and several choices', async make => {
    const chunk = (index: number, delta: object, finish_reason: string | null = null) =>
      json({object: 'chat.completion.chunk', choices: [{index, delta, finish_reason}]});
    for (const script of [
      [chunk(0, {tool_calls: [{index: 0, function: {name: 'f', arguments: '{"a":1}'}}]}), chunk(0, {}, 'tool_calls')],
      [chunk(0, {refusal: 'No.'}), chunk(0, {}, 'content_filter')],
      [chunk(0, {content: 'a'}), chunk(1, {content: 'b'}), chunk(1, {}, 'stop'), chunk(0, {}, 'stop')],
      [json({choices: [], prompt_filter_results: [{}]}), chunk(0, {content: 'a'}), chunk(0, {}, 'stop'), DONE],
    ]) {
      const {call} = streaming(make, [[...script, END]]);
      expect(await readAll(await call())).to.deep.equal({all: script.join(''), error: null});
    }
  });

  virtually('says nothing of a stream that its caller left, of HEAD, of 206, and at the headers', async make => {
    const {call} = streaming(make, [[HI, HI, END]]);
    const reader = (await call()).body!.getReader();
    await reader.read();
    await reader.cancel();

    const headers = {'content-type': 'text/event-stream'};
    for (const [init, method] of [
      [{status: 206, headers}, 'GET'],
      [{status: 200, headers}, 'HEAD'],
    ] as const) {
      const world = make(policy, {fetch: async () => new Response(PING, init)});
      expect(await (await world.fetch(ITEMS, {method})).text()).to.equal(PING);
    }
    for (const stream of [{commit: 'headers'}, null] as const) {
      const world = streaming(make, [[HI, END]], {stream});
      expect(await (await world.call()).text()).to.equal(HI);
      expect(await (await streaming(make, [[END]], {stream}).call()).text()).to.equal('');
    }
  });

  virtually('rejects the methods of the body, and both copies of a clone', async make => {
    const {call} = streaming(make, [[HI, END]]);
    expect(await errorOf(async () => (await call()).text())).to.include({code: 'STREAM_INCOMPLETE'});
    const response = await streaming(make, [[HI, END]]).call();
    const copy = response.clone();
    for (const each of [copy, response])
      expect(await errorOf(() => each.text())).to.include({code: 'STREAM_INCOMPLETE'});
  });

  virtually('is in the report of its response, and in its error', async make => {
    const {call} = streaming(make, [[HI, END]]);
    const response = await call();
    expect(reportOf(response)).to.include({result: 'success', reason: 'answered'});
    const {error} = await readAll(response);
    for (const each of [response, error])
      expect(reportOf(each)).to.include({
        result: 'failure',
        reason: 'The event stream ended without finish_reason or [DONE].',
        attempts: 1,
      });
  });

  virtually('counts as a failure of the origin, before content and after', async make => {
    for (const first of [ROLE, HI]) {
      const breaker = {kind: 'consecutive', failures: 1} as const;
      const {call} = streaming(make, [[first, END]], {breaker, maxAttempts: 1});
      await errorOf(async () => (await call()).text());
      expect(await errorOf(call)).to.include({code: 'CIRCUIT_OPEN'});
    }
  });

  virtually('reports how its body ended to the observer', async make => {
    const ends: unknown[] = [];
    const observer = {
      startCall: () => ({
        startAttempt: () => ({
          run: <T>(send: () => T) => send(),
          end() {},
          startBody: () => ({end: (how: string, error: unknown) => ends.push([how, (error as SteadfetchError)?.code])}),
        }),
        run: <T>(work: () => T) => work(),
        event() {},
        end() {},
      }),
    };
    const {call} = streaming(make, [[HI, END]], {}, {observer});
    await readAll(await call());
    expect(ends).to.deep.equal([['network', 'STREAM_INCOMPLETE']]);
  });

  virtually('gives nothing back late: each chunk comes when it came', async make => {
    const {world, call} = streaming(make, [[HI, 1000, HI, 1000, END]]);
    const reader = (await call()).body!.getReader();
    await reader.read();
    await world.clock.run(() => reader.read());
    expect(world.clock.now()).to.equal(1000);
    expect(await errorOf(() => world.clock.run(() => reader.read()))).to.include({code: 'STREAM_INCOMPLETE'});
    expect(world.clock.now()).to.equal(2000);
  });

  virtually('is not waited for: a silent stream ends by its time limits', async make => {
    const {world, call} = streaming(make, [[HI, STOP, SILENCE]], {idleTimeoutMs: 3000});
    const response = await call();
    const {all, error} = await world.clock.run(() => readAll(response));
    expect([all, error?.code]).to.deep.equal([HI + STOP, 'IDLE_TIMEOUT']);
  });
});

/** Inference requests whose second send changes something: a turn in a conversation, a job, what a remote tool does. */
import {expect} from 'chai';
import {reportOf} from '../../src/core.ts';
import type {ScriptedAnswer} from '../../src/testing.ts';
import {answer, connectionError, virtually} from './world.ts';

const RESPONSES = 'https://models.test/v1/responses';
const policy = {extends: ['steadfetch:llm']};
const reset = connectionError('ECONNRESET', {syscall: 'read'});
const post = (fields: object = {}, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers,
  body: JSON.stringify({model: 'm', input: 'x', ...fields}),
});
const ACTING = {
  conversation: {conversation: 'conv_1'},
  background: {background: true},
  'a remote tool': {tools: [{type: 'mcp', server_url: 'https://mcp.test'}]},
};
const SSE = {'content-type': 'text/event-stream'};
const event = (body: {readonly type: string}): string => `event: ${body.type}\ndata: ${JSON.stringify(body)}\n\n`;
const created = event({type: 'response.created', response: {id: 'r1', status: 'queued', output: []}} as never);

describe('an inference request that changes something', () => {
  for (const [what, fields] of Object.entries(ACTING)) {
    for (const [failure, script] of [
      ['a 500', [500, 200]],
      ['a reset', [reset, 200]],
      ['a 529', [529, 200]],
      ['a 409', [409, 200]],
    ] as const)
      virtually(`with ${what} is sent once after ${failure}`, async make => {
        const world = make(policy);
        world.serve(...(script as readonly ScriptedAnswer[]));
        expect(await world.run(RESPONSES, post(fields))).to.contain('(may-have-acted)');
        expect(world.sends).to.equal(1);
      });

    for (const [failure, script] of [
      ['a 429', [429, 200]],
      ['a refused connection', [connectionError('ECONNREFUSED', {syscall: 'connect'}), 200]],
    ] as const)
      virtually(`with ${what} is sent again after ${failure}`, async make => {
        const world = make(policy);
        world.serve(...(script as readonly ScriptedAnswer[]));
        expect(await world.run(RESPONSES, post(fields))).to.equal('200');
        expect(world.sends).to.equal(2);
      });
  }

  virtually(
    'is sent again while another request holds its conversation, and no other call waits for that',
    async make => {
      const locked = {error: {code: 'conversation_locked', type: 'invalid_request_error', message: 'Please retry.'}};
      for (const status of [400, 409]) {
        const refusal = answer(status, {'content-type': 'application/json'}, JSON.stringify(locked));
        const world = make(policy);
        world.serve(refusal, refusal, refusal, 200);
        expect(await world.run(RESPONSES, post(ACTING.conversation))).to.equal('200');
        expect(world.arrivals).to.deep.equal([0, 250, 1250, 5250]);
        world.serve(refusal);
        expect(await world.run(RESPONSES, post(ACTING.conversation))).to.equal(`${status} (attempts-exhausted)`);
        const now = world.clock.now();
        world.serve(200);
        await world.run(RESPONSES, post());
        expect(world.arrivals, 'of another call').to.deep.equal([now]);
      }
    },
  );

  virtually('waits as long as a locked conversation asks, and no other call does', async make => {
    const locked = JSON.stringify({error: {code: 'conversation_locked', message: 'Please retry.'}});
    for (const status of [400, 409]) {
      const world = make(policy);
      world.serve(answer(status, {'content-type': 'application/json', 'retry-after': '2'}, locked));
      expect(await world.run(RESPONSES, post(ACTING.conversation))).to.equal(`${status} (attempts-exhausted)`);
      expect(world.arrivals[1]).to.be.within(2000, 2200);
      const now = world.clock.now();
      world.serve(200);
      await world.run(RESPONSES, post());
      expect(world.arrivals, 'of another call').to.deep.equal([now]);
    }
  });

  virtually('is sent again with a key', async make => {
    const world = make(policy);
    world.serve(500, 200);
    expect(await world.run(RESPONSES, post(ACTING.background, {'idempotency-key': 'mine'}))).to.equal('200');
  });

  virtually('is one only where calls are paid for', async make => {
    const world = make({idempotentMethods: ['POST']});
    world.serve(500, 200);
    expect(await world.run(RESPONSES, post(ACTING.background))).to.equal('200');
  });

  virtually('without such a field is sent again', async make => {
    const world = make(policy);
    world.serve(500, 200);
    expect(await world.run(RESPONSES, post())).to.equal('200');
  });

  virtually('without such a field is sent again after a 409, and that of a file is not', async make => {
    const world = make(policy);
    world.serve(409, 409, 409, 200);
    const response = await world.clock.run(() => world.fetch(RESPONSES, post()));
    expect(response.status).to.equal(200);
    expect(reportOf(response)).to.include({attempts: 4, paidAttempts: 1});
    world.serve(409, 200);
    expect(await world.run('https://models.test/v1/files', post())).to.contain('(may-have-acted)');
  });

  virtually('gets its stream from the first event on, which names the job', async make => {
    const world = make(policy);
    const opened: string[] = [];
    world.serve(
      () =>
        new Response(
          new ReadableStream(
            {
              start: controller => controller.enqueue(new TextEncoder().encode(created)),
              pull: controller =>
                controller.error(Object.assign(new TypeError('terminated'), {cause: {code: 'ECONNRESET'}})),
            },
            {highWaterMark: 0},
          ),
          {headers: SSE},
        ),
    );
    const error = await world.clock.run(async () => {
      const response = await world.fetch(RESPONSES, post({background: true, stream: true}));
      const reader = response.body!.getReader();
      opened.push(new TextDecoder().decode((await reader.read()).value));
      return reader.read().then(
        () => null,
        (thrown: unknown) => thrown,
      );
    });
    expect(opened).to.deep.equal([created]);
    expect(error).to.be.instanceOf(TypeError);
    expect(world.sends).to.equal(1);
  });

  virtually('gets an error where its stream ends without its end mark', async make => {
    const delta = event({type: 'response.output_text.delta', delta: 'half'} as never);
    for (const text of [created, created + delta]) {
      const world = make(policy);
      world.serve(answer(200, SSE, text));
      const {read, report} = await world.clock.run(async () => {
        const response = await world.fetch(RESPONSES, post({background: true, stream: true}));
        const read = await response.text().catch((thrown: {code?: string}) => thrown.code);
        return {read, report: reportOf(response)};
      });
      expect(read).to.equal('STREAM_INCOMPLETE');
      expect(report).to.include({result: 'failure', attempts: 1});
    }
  });
});

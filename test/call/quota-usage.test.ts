/** What an answer took, read from the body that the caller reads. */
import {expect} from 'chai';
import {usageIn} from '../../src/decide/usage.ts';
import {ITEMS, virtually, type World} from './world.ts';

const policy = {quota: {limits: [{unit: 'tokens', max: 10_000, perMs: 60_000}], learn: false}} as const;
const PROMPT = {method: 'PUT', body: JSON.stringify({max_tokens: 4000})};
const left = (world: World): number => world.handle.snapshot(world.clock.now()).origins[0]!.quotas[0]!.limits[0]!.left;

const OPENAI = {
  choices: [{message: {content: 'say "prompt_tokens": 9000'}}],
  usage: {prompt_tokens: 20, completion_tokens: 80, total_tokens: 100},
};
const json = (body: unknown) => () =>
  new Response(JSON.stringify(body), {headers: {'content-type': 'application/json'}});
const chunked = (text: string, size: number) => (): Response => {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    if (at >= bytes.length) controller.close();
    else controller.enqueue(bytes.slice(at, at + size));
    at += size;
  };
  return new Response(new ReadableStream({pull}), {headers: {'content-type': 'text/event-stream'}});
};
const ANTHROPIC = [
  `event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":30,"output_tokens":1}}}\n\n`,
  `event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"text":"\\"output_tokens\\": 9999"}}\n\n`,
  `event: message_delta\ndata: {"type":"message_delta","usage":{"output_tokens":70}}\n\n`,
].join('');

describe('the usage of an answer', () => {
  for (const [what, body, usage] of [
    ['OpenAI chat', {usage: {prompt_tokens: 1, completion_tokens: 2}}, [1, 2]],
    ['OpenAI responses', {usage: {input_tokens: 3, output_tokens: 4}}, [3, 4]],
    ['Anthropic with a cache', {usage: {input_tokens: 3, cache_creation_input_tokens: 10, output_tokens: 4}}, [13, 4]],
    ['Gemini', {usageMetadata: {promptTokenCount: 5, candidatesTokenCount: 6, thoughtsTokenCount: 10}}, [5, 16]],
    ['Bedrock', {usage: {inputTokens: 7, outputTokens: 8}}, [7, 8]],
    ['none', {text: 'hello', usage: {prompt_tokens: -1, completion_tokens: 'many'}}, [undefined, undefined]],
  ] as const)
    it(`is read as the vendor writes it: ${what}`, () => {
      const {inputTokens, outputTokens} = usageIn(JSON.stringify(body));
      expect([inputTokens, outputTokens]).to.deep.equal(usage);
    });

  for (const [written, tokens] of [
    ['1000', 1000],
    ['1000.0', 1000],
    ['0.5', 1],
    ['1e3', 1000],
    ['1E+3', 1000],
    ['1.0E7', 10_000_000],
    ['1e15', undefined],
    ['1e999', undefined],
    ['1e-3', undefined],
    ['123456789012345678901234567890', undefined],
    ['12x', undefined],
  ] as const)
    it(`is read as JSON writes numbers: ${written}`, () => {
      expect(usageIn(`{"usage":{"prompt_tokens":${written},"x":1}}`).inputTokens).to.equal(tokens);
      expect(usageIn(`{"usage":{"prompt_tokens": ${written}}}`).inputTokens).to.equal(tokens);
    });

  for (const method of ['json', 'text'] as const)
    virtually(`takes the place of the estimate where the caller reads by .${method}()`, async make => {
      const world = make(policy);
      world.serve(json(OPENAI));
      await world.clock.run(async () => {
        const response = await world.fetch(ITEMS, PROMPT);
        expect(left(world)).to.be.below(6000);
        await response[method]();
      });
      expect(left(world)).to.equal(9900);
    });

  for (const size of [1, 7, 100_000])
    virtually(
      `takes the place of the estimate where the caller reads a stream, in chunks of ${size} bytes`,
      async make => {
        const world = make(policy);
        world.serve(chunked(ANTHROPIC, size));
        await world.clock.run(async () => {
          const response = await world.fetch(ITEMS, PROMPT);
          let text = '';
          for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk;
          expect(text).to.equal(ANTHROPIC);
        });
        expect(left(world)).to.equal(9900);
      },
    );

  for (const size of [1, 7, 100_000])
    virtually(
      `takes its place where an SDK leaves the stream at its last event, in chunks of ${size} bytes`,
      async make => {
        const world = make(policy);
        const text = [{choices: [{delta: {content: 'hello'}}]}, OPENAI].map(
          event => `data: ${JSON.stringify(event)}\n\n`,
        );
        world.serve(chunked(`${text.join('')}data: [DONE]\n\n`, size));
        await world.clock.run(async () => {
          const response = await world.fetch(ITEMS, PROMPT);
          const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
          let seen = '';
          while (!seen.includes('[DONE]')) seen += (await reader.read()).value;
          await reader.cancel();
        });
        expect(left(world)).to.equal(9900);
      },
    );

  virtually('stays the estimate where the caller does not read the body, or not to its end', async make => {
    const world = make(policy);
    world.serve(chunked(ANTHROPIC, 10));
    await world.clock.run(async () => {
      const response = await world.fetch(ITEMS, PROMPT);
      const reader = response.body!.getReader();
      await reader.read();
      reader.cancel().catch(() => {});
    });
    expect(left(world)).to.be.below(6000);
  });

  virtually('stays the estimate if the body has no usage or is not JSON', async make => {
    for (const body of ['{"ok": true}', 'usage: many']) {
      const world = make(policy);
      world.serve(() => new Response(body));
      await world.clock.run(async () => (await world.fetch(ITEMS, PROMPT)).text());
      expect(left(world)).to.be.below(6000);
    }
  });
});

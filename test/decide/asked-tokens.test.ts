import {expect} from 'chai';
import fc from 'fast-check';
import {askedTokens} from '../../src/decide/asked-tokens.ts';

const asked = (body: unknown) => askedTokens(JSON.stringify(body));

describe('askedTokens', () => {
  for (const [vendor, body, outputTokens] of [
    ['OpenAI chat completions', {messages: [], max_completion_tokens: 300}, 300],
    ['OpenAI responses', {input: 'hi', max_output_tokens: 301}, 301],
    ['Anthropic', {messages: [], max_tokens: 302}, 302],
    ['Gemini', {contents: [], generationConfig: {maxOutputTokens: 303}}, 303],
    ['Bedrock', {messages: [], inferenceConfig: {maxTokens: 304}}, 304],
    ['Hugging Face', {inputs: 'hi', parameters: {max_new_tokens: 305}}, 305],
    ['Ollama', {prompt: 'hi', options: {num_predict: 306}}, 306],
  ] as const)
    it(`reads the output limit of ${vendor}`, () => {
      expect(asked(body).outputTokens).to.equal(outputTokens);
    });

  it('takes the largest of two limits', () => {
    expect(asked({max_tokens: 10, max_completion_tokens: 20}).outputTokens).to.equal(20);
  });

  it('estimates a token for every four bytes', () => {
    const text = JSON.stringify({input: 'é'.repeat(200)});
    expect(askedTokens(text)).to.deep.equal({inputTokens: Math.ceil(Buffer.byteLength(text) / 4)});
  });

  it('does not count an image in base64 as text', () => {
    const image = Buffer.alloc(300_000, 7).toString('base64');
    const body = {messages: [{content: [{image_url: `data:image/png;base64,${image}`}]}], max_tokens: 5};
    expect(asked(body).inputTokens).to.be.within(1000, 1050);
  });

  it('reads a body with a file of many megabytes', () => {
    const body = {messages: [{content: `data:application/pdf;base64,${'A'.repeat(8_000_000)}`}], max_tokens: 5};
    expect(asked(body)).to.include({outputTokens: 5}).and.to.have.property('inputTokens').that.is.within(8000, 9100);
  });

  it('ignores the name of a limit in the text of a prompt and in a tool', () => {
    const body = {
      messages: [{content: 'set "max_tokens": 77 please'}],
      tools: [{parameters: {properties: {max_tokens: {type: 'integer'}}}}],
    };
    expect(asked(body)).not.to.have.property('outputTokens');
  });

  for (const value of [0, -1, 1.5, 1e300, '100', null, true, {}, []])
    it(`ignores a limit of ${JSON.stringify(value)}`, () => {
      expect(asked({max_tokens: value})).not.to.have.property('outputTokens');
    });

  for (const text of [undefined, '', 'plain', '[1,2]', '"max_tokens"', 'grant_type=client&max_tokens=4'])
    it(`knows nothing of ${text === undefined ? 'an unknown body' : JSON.stringify(text)}`, () => {
      expect(askedTokens(text)).to.deep.equal({});
    });

  it('keeps the estimate of a body that is no JSON after all', () => {
    expect(askedTokens('{"max_tokens": 5')).to.deep.equal({inputTokens: 4});
  });

  it('never throws, and gives whole numbers or nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map(tail => `{"max_tokens":${tail}`),
        ),
        text => {
          const {inputTokens = 0, outputTokens = 1} = askedTokens(text);
          expect(Number.isSafeInteger(inputTokens) && inputTokens >= 0, `${inputTokens}`).to.equal(true);
          expect(Number.isSafeInteger(outputTokens) && outputTokens > 0, `${outputTokens}`).to.equal(true);
        },
      ),
    );
  });
});

import {expect} from 'chai';
import type {AnswerContext} from '../../src/decide/answers.ts';
import type {Classification} from '../../src/decide/classification.ts';
import {classifyStreamError, streamErrorOf} from '../../src/decide/stream-error.ts';
import {Transients} from '../../src/decide/transients.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';

const context: AnswerContext = {
  transients: new Transients(defaultPolicy.retryOn),
  keyed: false,
  keySentBefore: false,
  refreshes: false,
};

const classified = (body: object, headers: Record<string, string> = {}): Classification =>
  classifyStreamError(streamErrorOf({...body})!, new Headers(headers), context);

describe('streamErrorOf', () => {
  for (const [title, body, status] of [
    ['a number of Gemini', {error: {code: 503, status: 'UNAVAILABLE'}}, 503],
    ['digits of a gateway', {error: {code: '429', message: 'slow down'}}, 429],
    ['a number at the top, of an older vLLM', {object: 'error', code: 400}, 400],
    ['the word of a row of the table', {error: {type: 'overloaded_error'}}, 529],
    ['a message of a row of the table', {error: {message: 'Request too large for gpt-4 in organization'}}, 429],
  ] as const)
    it(`takes the status from ${title}`, () => expect(streamErrorOf(body)).to.deep.equal({status, body}));

  for (const body of [
    {error: {code: 200}},
    {error: {code: 42}},
    {error: {code: -32_603, message: 'Internal error'}},
    {error: {code: 'something_new'}},
    {error: {}},
    {type: 'error'},
  ])
    it(`knows no status for ${JSON.stringify(body)}`, () => expect(streamErrorOf(body)).to.equal(null));
});

describe('classifyStreamError', () => {
  const suffix = 'in the event stream before any content';

  it('names the word of the table, and nothing else of what the server wrote', () => {
    const message = 'org-4711 is overloaded';
    expect(classified({error: {type: 'overloaded_error', message}}).reason).to.equal(`overloaded_error ${suffix}`);
    expect(classified({error: {code: 502, type: 'of_our_own', message}}).reason).to.equal(`502 ${suffix}`);
    expect(classified({error: {code: 502}}).reason).to.equal(`502 ${suffix}`);
  });

  it('says what a quota or a request that is too large means', () => {
    const {reason, transient} = classified({error: {code: 'insufficient_quota'}});
    expect(reason).to.match(/^429: the quota or the credit .+ in the event stream before any content$/);
    expect(transient).to.equal(false);
    expect(classified({error: {message: 'Request too large for gpt-4'}}).transient).to.equal(false);
  });

  it('is as transient, and as harmless, as the status', () => {
    expect(classified({error: {type: 'overloaded_error'}})).to.include({
      transient: true,
      sent: 'maybe-processed',
      throttled: true,
    });
    expect(classified({error: {type: 'rate_limit_error'}})).to.include({
      transient: true,
      sent: 'not-processed',
      throttled: true,
    });
    expect(classified({error: {type: 'api_error'}})).to.include({transient: true, sent: 'maybe-processed'});
    expect(classified({error: {type: 'invalid_request_error'}})).to.include({transient: false});
  });

  it('leaves what no policy can change as it is', () => {
    const found = classified({error: {type: 'overloaded_error'}}, {'x-should-retry': 'false'});
    expect(found).to.include({transient: false, final: true, reason: 'the server said not to retry'});
  });
});

/** The table of refusals, each row held against an error body as its vendor documents it. */
import {expect} from 'chai';
import {harmless} from '../../src/decide/classification.ts';
import {classifyErrorBody} from '../../src/decide/classify-error-body.ts';
import {classifyResponse} from '../../src/decide/classify-http.ts';
import {type ErrorFacts, readErrorBody} from '../../src/decide/error-body.ts';
import {sourceOf} from '../../src/decide/refusal-sources.ts';
import {REFUSALS, refusalOf} from '../../src/decide/refusals.ts';
import {Transients} from '../../src/decide/transients.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import {RECORDED, type Recorded} from './recorded-refusals.ts';

const transients = new Transients(defaultPolicy.retryOn);
const factsOf = ({body, headers}: Pick<Recorded, 'body' | 'headers'>): ErrorFacts => {
  const facts = readErrorBody(body, headers?.['x-amzn-errortype'] ?? null);
  if (facts === null) throw new Error(`Nothing understood of ${JSON.stringify(body)}`);
  return facts;
};
const byStatus = (status: number, listing = transients) =>
  classifyResponse(new Response(null, {status}), {
    transients: listing,
    keyed: false,
    keySentBefore: false,
    refreshes: false,
  });
const classified = ({status, ...recorded}: Recorded, listing = transients) =>
  classifyErrorBody(byStatus(status, listing), factsOf({...recorded}), status, listing);
const colourOf = ({transient, sent}: ReturnType<typeof byStatus>) =>
  !transient ? 'red' : harmless(sent) ? 'green' : 'yellow';

describe('the table of refusals', () => {
  for (const recorded of RECORDED) {
    const {vendor, status, means, hintMs} = recorded;
    it(`${vendor} ${status} ${JSON.stringify(recorded.headers ?? '')}${JSON.stringify(recorded.body)} means ${means}`, () => {
      const facts = factsOf(recorded);
      const refusal = refusalOf(facts);
      expect(refusal?.means).to.equal(means);
      expect(facts.hint?.ms).to.equal(hintMs);
    });
  }

  it('has a recorded body for every row, with the status of the row', () => {
    const found = RECORDED.map(recorded => refusalOf(factsOf(recorded)));
    const without = REFUSALS.filter(row => !found.includes(row));
    expect(without).to.deep.equal([]);
    for (const [index, recorded] of RECORDED.entries()) {
      if (recorded.vendor === 'AWS') continue; // Its protocols answer with 400, Bedrock with 429.
      expect(found[index]?.status, JSON.stringify(recorded.body)).to.equal(recorded.status);
    }
  });

  it('has a recorded body for every code', () => {
    const written = JSON.stringify(RECORDED);
    const words = REFUSALS.flatMap(row => row.words);
    expect(words.filter(word => !written.includes(word))).to.deep.equal([]);
    expect(new Set(words).size, 'words in two rows').to.equal(words.length);
  });

  it('names a source for every row', () => {
    expect(REFUSALS).not.to.be.empty;
    for (const refusal of REFUSALS) expect(new URL(sourceOf(refusal)).protocol).to.equal('https:');
  });
});

describe('an error body refines the classification of its status', () => {
  const of = (vendor: string, means: Recorded['means'], status?: number): Recorded => {
    const found = RECORDED.find(
      each => each.vendor === vendor && each.means === means && (status ?? each.status) === each.status,
    );
    if (found === undefined) throw new Error(`No ${vendor} ${means}`);
    return found;
  };
  for (const [recorded, status, now, reason] of [
    [of('OpenAI', 'exhausted'), 'green', 'red', '429: the quota or the credit of the account is used up'],
    [of('Google', 'exhausted'), 'green', 'red', '429: the quota or the credit of the account is used up'],
    [of('OpenAI', 'too-large'), 'green', 'red', '429: the request alone exceeds the rate limit'],
    [of('Hugging Face', 'loading'), 'yellow', 'green', '503: the model is loading'],
    [of('Amazon Bedrock', 'loading'), 'green', 'green', '429: the model is loading'],
    [of('OpenAI', 'throttled'), 'green', 'green', '429'],
    [of('OpenAI', 'locked'), 'red', 'green', '400'],
    [of('AWS', 'throttled'), 'red', 'green', '400'],
    [of('Anthropic', 'overloaded'), 'yellow', 'yellow', '529'],
    [of('OpenAI', 'overloaded'), 'yellow', 'yellow', '503'],
    [of('Amazon Bedrock', 'failed', 408), 'green', 'yellow', '408'],
    [of('OpenAI', 'failed'), 'yellow', 'yellow', '500'],
    [of('Anthropic', 'invalid'), 'red', 'red', '400'],
  ] as const)
    it(`${recorded.vendor}, ${recorded.means}: ${status} becomes ${now}`, () => {
      expect(colourOf(byStatus(recorded.status))).to.equal(status);
      const refined = classified(recorded);
      expect(colourOf(refined)).to.equal(now);
      expect(refined.reason).to.equal(reason);
      expect(refined).to.satisfy(Object.isFrozen);
    });

  it('a refusal says nothing about the health of the server: each is marked as throttled', () => {
    for (const means of ['exhausted', 'too-large', 'loading', 'throttled', 'overloaded'] as const) {
      const all = RECORDED.filter(each => each.means === means);
      expect(all, means).not.to.be.empty;
      for (const recorded of all) expect(classified(recorded).throttled, JSON.stringify(recorded.body)).to.equal(true);
    }
  });

  it('carries the wait that the body asks for only where a retry may come', () => {
    expect(classified(of('Google', 'throttled')).hint).to.deep.equal({ms: 34_000, source: 'retry-info'});
    expect(classified(of('Hugging Face', 'loading')).hint).to.deep.equal({ms: 44_500, source: 'estimated-time'});
    expect(classified(of('OpenAI', 'throttled')).hint).to.deep.equal({ms: 2200, source: 'message'});
    expect(classified(of('Google', 'exhausted')).hint).to.equal(null);
  });

  it('follows retryOn of the policy', () => {
    const only500 = new Transients([500]);
    expect(colourOf(classified(of('AWS', 'throttled'), only500))).to.equal('red');
    expect(colourOf(classified(of('OpenAI', 'throttled'), only500))).to.equal('red');
    expect(colourOf(classified(of('Hugging Face', 'loading'), only500))).to.equal('red');
  });

  it('keeps the classification of its status if the body is unknown', () => {
    for (const body of [{error: {message: 'Oops'}}, {status: 'error', code: 'E_SHOP_42'}, {message: 'try later'}])
      for (const found of [408, 429, 500, 503].map(status => byStatus(status)))
        expect(classifyErrorBody(found, factsOf({body}), Number(found.reason), transients)).to.equal(found);
  });

  it('changes nothing that no policy can change', () => {
    const final = classifyResponse(new Response(null, {status: 429, headers: {'x-should-retry': 'false'}}), {
      transients,
      keyed: false,
      keySentBefore: false,
      refreshes: false,
    });
    expect(classifyErrorBody(final, factsOf(of('Hugging Face', 'loading')), 503, transients)).to.equal(final);
  });
});

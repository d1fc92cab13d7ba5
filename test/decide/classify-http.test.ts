/** The traffic light of every status, and the headers that outrank it. */

import {expect} from 'chai';
import type {AnswerContext} from '../../src/decide/answers.ts';
import {type Classification, harmless} from '../../src/decide/classification.ts';
import {classifyResponse} from '../../src/decide/classify-http.ts';
import {Transients} from '../../src/decide/transients.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import type {RetryTrigger} from '../../src/policy/types.ts';

const context: AnswerContext = {
  transients: new Transients(defaultPolicy.retryOn),
  keyed: false,
  keySentBefore: false,
  refreshes: false,
};
const listing = (...retryOn: RetryTrigger[]): AnswerContext => ({...context, transients: new Transients(retryOn)});
const classified = (
  status: number,
  fields: Record<string, string> = {},
  known: AnswerContext = context,
): Classification => classifyResponse(new Response(null, {status, headers: fields}), known);
const colourOf = ({transient, sent}: Classification) => (!transient ? 'red' : harmless(sent) ? 'green' : 'yellow');

describe('classifyResponse', () => {
  describe('by default', () => {
    for (const [expected, statuses] of [
      ['green', [408, 421, 425, 429]],
      ['yellow', [500, 502, 503, 504, 520, 521, 522, 523, 524, 529]],
      [
        'red',
        [400, 401, 402, 403, 404, 405, 406, 407, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 422, 423, 424],
      ],
      ['red', [426, 428, 431, 451, 499, 501, 505, 506, 507, 508, 510, 511, 525, 526, 527, 530, 599]],
      ['red', [200, 201, 204, 206, 301, 302, 303, 304, 307, 308]],
    ] as const)
      for (const status of statuses)
        it(`${status} is ${expected}`, () => expect(colourOf(classified(status))).to.equal(expected));
  });

  it('below 400 all is success, and nothing is asked of the headers', () => {
    const fields = {'x-should-retry': 'true', 'idempotent-replayed': 'true', 'retry-after': '5'};
    for (const status of [200, 204, 304])
      expect(classified(status, fields)).to.deep.include({reason: 'success', transient: false, final: false});
  });

  it('the reason is the status', () => {
    for (const status of [404, 408, 421, 425, 429, 500, 503, 529])
      expect(classified(status).reason).to.equal(String(status));
  });

  it('408, 421, 425 and 429 were not processed; other statuses may have been', () => {
    for (const status of [408, 421, 425, 429]) expect(classified(status).sent).to.equal('not-processed');
    for (const status of [404, 501, 599]) expect(classified(status).sent).to.equal('maybe-processed');
  });

  it('421 and 425 allow one retry without a wait', () => {
    const once = [408, 421, 425, 429, 500, 503].filter(status => classified(status).once);
    expect(once).to.deep.equal([421, 425]);
  });

  it('429 and 529 ask for less', () => {
    const throttled = [408, 421, 425, 429, 500, 502, 503, 504, 529].filter(status => classified(status).throttled);
    expect(throttled).to.deep.equal([429, 529]);
  });

  describe('retryOn', () => {
    for (const [title, retryOn, yes, no] of [
      ['nothing', [], [], [408, 429, 500, 503]],
      ['a status', [503], [503], [429, 500, 502]],
      ['an unusual status', [418], [418], [417, 500]],
      [
        '"5xx" without those that say never',
        ['5xx'],
        [500, 502, 503, 504, 520, 527, 529, 599],
        [408, 429, 501, 505, 511],
      ],
      ['"5xx" and one of those', ['5xx', 501], [500, 501], [505, 511]],
      ['in any order', [501, '5xx'], [500, 501], [505, 511]],
      ['"4xx"', ['4xx'], [400, 404, 429, 499], [500, 503]],
      ['what is no status', ['network', 'timeout', 'UNAVAILABLE'], [], [408, 429, 503]],
    ] as const) {
      it(title, () => {
        expect([...yes, ...no]).not.to.be.empty;
        for (const status of yes)
          expect(classified(status, {}, listing(...retryOn)).transient, `${status}`).to.equal(true);
        for (const status of no)
          expect(classified(status, {}, listing(...retryOn)).transient, `${status}`).to.equal(false);
      });
    }

    it('does not say what the server did', () => {
      expect(classified(429, {}, listing())).to.deep.include({sent: 'not-processed', throttled: true});
      expect(colourOf(classified(404, {}, listing(404)))).to.equal('yellow');
      expect(colourOf(classified(501, {}, listing(501)))).to.equal('yellow');
    });

    it('a success that is listed by mistake remains a success', () => {
      expect(classified(200, {}, listing(200)).transient).to.equal(false);
    });
  });

  describe('x-should-retry and Stripe-Should-Retry', () => {
    for (const name of ['x-should-retry', 'stripe-should-retry']) {
      it(`${name}: false always wins`, () => {
        for (const status of [408, 429, 500, 503])
          expect(classified(status, {[name]: 'false'})).to.deep.include({
            transient: false,
            sent: 'maybe-processed',
            final: true,
            reason: 'the server said not to retry',
          });
        expect(classified(401, {[name]: 'false'}, {...context, refreshes: true}).final).to.equal(true);
        expect(classified(409, {[name]: 'false'}, {...context, keyed: true, keySentBefore: true}).final).to.equal(true);
        expect(classified(503, {[name]: ' FALSE '}).final).to.equal(true);
      });

      it(`${name}: true means transient, not harmless`, () => {
        for (const status of [400, 404, 409, 501])
          expect(colourOf(classified(status, {[name]: 'true'}))).to.equal('yellow');
        expect(colourOf(classified(429, {[name]: 'true'}, listing()))).to.equal('green');
      });

      it(`${name}: anything else says nothing`, () => {
        for (const value of ['', '1', 'yes', 'true, false', 'maybe']) {
          expect(classified(404, {[name]: value}).transient, value).to.equal(false);
          expect(classified(503, {[name]: value}).transient, value).to.equal(true);
        }
      });
    }

    it('of two that disagree, false wins', () => {
      expect(classified(503, {'x-should-retry': 'true', 'stripe-should-retry': 'false'}).final).to.equal(true);
    });
  });

  describe('Idempotent-Replayed', () => {
    for (const name of ['idempotent-replayed', 'idempotency-replayed'])
      it(`${name}: the stored answer comes for ever`, () => {
        for (const status of [400, 409, 429, 500, 503])
          expect(classified(status, {[name]: 'true', 'x-should-retry': 'true'})).to.deep.include({
            transient: false,
            sent: 'processed',
            final: true,
            reason: 'a replayed answer: the server stored it under this idempotency key',
          });
        expect(classified(503, {[name]: 'false'}).transient).to.equal(true);
      });
  });

  describe('403 of a rate limit is a 429', () => {
    for (const [fields, expected] of [
      [{'x-ratelimit-remaining': '0'}, 'green'],
      [{'retry-after': '60'}, 'green'],
      [{'x-ratelimit-remaining': '1'}, 'red'],
      [{'x-ratelimit-reset': '60'}, 'red'],
      [{}, 'red'],
    ] as const) {
      it(`${JSON.stringify(fields)}: ${expected}`, () => {
        const found = classified(403, fields);
        expect(colourOf(found)).to.equal(expected);
        expect(found.throttled).to.equal(expected === 'green');
        expect(found.reason).to.equal(expected === 'green' ? '429' : '403');
      });
    }
    it('without trimming of header values too', () => {
      const headers = {
        get: (name: string) => (name === 'x-ratelimit-remaining' ? ' 0 ' : null),
        has: () => false,
      } as unknown as Headers;
      expect(colourOf(classifyResponse({status: 403, headers} as Response, context))).to.equal('green');
    });
    it('where neither 429 nor 403 is listed, it is not transient', () => {
      expect(classified(403, {'retry-after': '60'}, listing(503)).transient).to.equal(false);
    });
    it('where only 403 is listed, it is', () => {
      expect(colourOf(classified(403, {'retry-after': '60'}, listing(403)))).to.equal('green');
      expect(colourOf(classified(403, {}, listing(403)))).to.equal('yellow');
    });
  });

  describe('401', () => {
    it('allows one retry of any method if a new token can be made', () => {
      const found = classified(401, {}, {...context, refreshes: true});
      expect(colourOf(found)).to.equal('green');
      expect(found).to.deep.include({once: true, sent: 'not-processed', reason: '401'});
    });
    it('without, is red', () => expect(colourOf(classified(401))).to.equal('red'));
    it('listed by the policy, but without a new token, is yellow', () => {
      expect(colourOf(classified(401, {}, listing(401)))).to.equal('yellow');
    });
    it('a 403 is not refreshed', () =>
      expect(colourOf(classified(403, {}, {...context, refreshes: true}))).to.equal('red'));
  });

  describe('409 and 422 with a key', () => {
    const first = {...context, keyed: true};
    const later = {...first, keySentBefore: true};
    it('409 after an attempt with the key: its first use is still running', () => {
      const found = classified(409, {}, later);
      expect(colourOf(found)).to.equal('yellow');
      expect(found.reason).to.match(/^409: .*still running$/);
    });
    it('even where retryOn lists nothing', () => {
      expect(colourOf(classified(409, {}, {...later, transients: new Transients([])}))).to.equal('yellow');
    });
    it('409 at the first attempt is a conflict', () => expect(colourOf(classified(409, {}, first))).to.equal('red'));
    it('422 says that the key was used with another body', () => {
      const found = classified(422, {}, first);
      expect(colourOf(found)).to.equal('red');
      expect(found.reason).to.match(/^422: .*another body$/);
    });
    it('other statuses of a call with a key have their usual classification', () => {
      for (const status of [400, 404, 500, 503]) expect(classified(status, {}, later).reason).to.equal(String(status));
    });
    it('422 without a key is any 422', () => expect(classified(422).reason).to.equal('422'));
    it('422 that the policy lists is as it says', () => {
      expect(colourOf(classified(422, {}, {...first, transients: new Transients([422])}))).to.equal('yellow');
    });
  });

  describe('Envoy', () => {
    for (const status of [429, 503])
      it(`x-envoy-ratelimited on a ${status} is not retried, as in Envoy itself`, () => {
        const found = classified(status, {'x-envoy-ratelimited': 'true'});
        expect(found).to.include({transient: false, throttled: true, sent: 'not-processed'});
        expect(found.reason).to.equal('rate limited by Envoy');
      });
    it('x-envoy-overloaded asks for less, and is retried as its status says', () => {
      const found = classified(503, {'x-envoy-overloaded': 'true'});
      expect(found).to.include({transient: true, throttled: true, sent: 'maybe-processed', reason: '503'});
      expect(Object.isFrozen(found)).to.equal(true);
    });
  });

  it('Retry-After changes no other classification', () => {
    for (const status of [404, 413, 423, 501])
      expect(colourOf(classified(status, {'retry-after': '5'})), `${status}`).to.equal('red');
  });

  it('a status outside of HTTP is read without harm', () => {
    const odd = {status: 999, headers: new Headers()} as Response;
    expect(colourOf(classifyResponse(odd, context))).to.equal('red');
    expect(classifyResponse({status: 0, headers: new Headers()} as Response, context).reason).to.equal('success');
  });

  it('returns a classification that cannot be changed', () => {
    for (const status of [200, 404, 429, 503]) expect(classified(status)).to.satisfy(Object.isFrozen);
  });
});

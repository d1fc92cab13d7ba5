import {expect} from 'chai';
import {answered, failed, type Outcome} from '../../src/core/outcome.ts';
import {httpAnswers} from '../../src/decide/answers-http.ts';
import {classify as classifyAs} from '../../src/decide/classify.ts';
import {Transients} from '../../src/decide/transients.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import type {RetryTrigger} from '../../src/policy/types.ts';

const context = (retryOn: readonly RetryTrigger[] = defaultPolicy.retryOn) => ({
  transients: new Transients(retryOn),
  keyed: false,
  keySentBefore: false,
  refreshes: false,
});
const classify = (outcome: Outcome, known: ReturnType<typeof context>) => classifyAs(outcome, httpAnswers, known);
const refused = Object.assign(new Error(), {code: 'ECONNREFUSED'});

/** Nothing is sent again after this, whatever anyone says. */
const ended = (reason: string) => ({transient: false, sent: 'maybe-processed', final: true, reason});
const timedOut = {transient: true, sent: 'maybe-processed', final: false, reason: 'attempt timeout'};

describe('classify', () => {
  for (const [title, outcome, expected] of [
    ['a response, by its status', answered(new Response(null, {status: 503})), {transient: true, reason: '503'}],
    ['a network failure, by its error', failed('network', refused), {transient: true, reason: 'ECONNREFUSED'}],
    ['an attempt timeout', failed('attempt-timeout', null), timedOut],
    [
      'an attempt timeout before the request was sent',
      failed('attempt-timeout', null, false),
      {...timedOut, sent: 'not-sent'},
    ],
    ['the deadline', failed('deadline', null), ended('deadline')],
    ["the caller's abort", failed('aborted', refused), ended('aborted by the caller')],
    ["a hook of the user's", failed('hook', refused), ended('a function of the user threw')],
    ['ky.stop', failed('stopped', null), ended('stopped by a hook')],
    ['a refusal of ours', failed('rejected', null), {...ended('refused before sending'), sent: 'not-sent'}],
    ['anything else', failed('other', refused), {transient: false, sent: 'maybe-processed', final: false}],
  ] as [string, Outcome, object][]) {
    it(title, () => expect(classify(outcome, context())).to.deep.include(expected));
  }

  it('a mistake of the program is named by its code, if it has one', () => {
    const mistake = Object.assign(new TypeError('https://u:p@h.test/'), {code: 'ERR_INVALID_URL'});
    expect(classify(failed('other', mistake), context()).reason).to.equal('ERR_INVALID_URL');
    expect(classify(failed('other', new TypeError('x')), context()).reason).to.equal('not a transient error');
  });

  it('an attempt timeout is transient only where "timeout" is listed', () => {
    for (const reached of [true, false]) {
      const found = classify(failed('attempt-timeout', null, reached), context(['network']));
      expect(found).to.deep.include({transient: false, sent: reached ? 'maybe-processed' : 'not-sent'});
    }
  });

  it('failures that are never retried cannot be listed in retryOn', () => {
    const all = context(['4xx', '5xx', 'network', 'timeout']);
    for (const kind of ['deadline', 'aborted', 'hook', 'stopped', 'rejected', 'other'] as const)
      expect(classify(failed(kind, null), all).transient, kind).to.equal(false);
  });
});

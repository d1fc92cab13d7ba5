/** The bodies of errors: what is read of them, and that nothing in them can do harm. */
import {expect} from 'chai';
import fc from 'fast-check';
import {readErrorBody} from '../../src/decide/error-body.ts';
import {refusalOf} from '../../src/decide/refusals.ts';

const said = (message: string) => readErrorBody({error: {message}})?.hint;

describe('readErrorBody', () => {
  describe('reads the wait from the sentence', () => {
    for (const [message, ms] of [
      ['Please try again in 2.2s. Visit …', 2200],
      ['Please try again in 6m0s.', 360_000],
      ['Please try again in 1h2m3.5s', 3_723_500],
      ['please try again in 20ms.', 20],
      ['Please retry in 34.074824224s.', 34_075],
      ['Please retry after 6 seconds.', 6000],
      ['Please retry after 1 second.', 1000],
      ['Try again in 250 milliseconds', 250],
      ['Try again in 2 minutes.', 120_000],
      ['Please try again in 0.0004s', 1],
    ] as const)
      it(`${message} is ${ms} ms`, () => expect(said(message)).to.deep.equal({ms, source: 'message'}));

    for (const message of [
      'Please try again later.',
      'Please try again in a moment.',
      'Please try again in 5',
      'Please try again in 5x',
      'Try again in -5s',
      'entry again in5s',
      '',
    ])
      it(`${JSON.stringify(message)} names none`, () => expect(said(message) ?? null).to.equal(null));
  });

  describe('reads google.rpc.RetryInfo', () => {
    const delay = (retryDelay: unknown, type = 'type.googleapis.com/google.rpc.RetryInfo') =>
      readErrorBody({error: {code: 429, status: 'X', details: [{'@type': type, retryDelay}]}})?.hint ?? null;
    for (const [text, ms] of [
      ['34s', 34_000],
      ['1.5s', 1500],
      ['0s', 0],
      ['0.000000001s', 0],
      ['1.000000001s', 1000],
    ] as const)
      it(`${text} is ${ms} ms`, () => expect(delay(text)).to.deep.equal({ms, source: 'retry-info'}));
    for (const text of ['-1s', '34', 's', '1e9s', 34, null, {seconds: 34}, '9'.repeat(40)])
      it(`${JSON.stringify(text)} is ignored`, () => expect(delay(text)).to.equal(null));
    it('ignores a detail of another type', () =>
      expect(delay('34s', 'type.googleapis.com/google.rpc.Help')).to.equal(null));
  });

  describe('reads estimated_time, in seconds', () => {
    for (const [seconds, ms] of [
      [44.49033436, 44_491],
      [20, 20_000],
      [0, 0],
      [1e308, Number.MAX_SAFE_INTEGER],
    ] as const)
      it(`${seconds} is ${ms} ms`, () =>
        expect(readErrorBody({error: 'loading', estimated_time: seconds})?.hint).to.deep.equal({
          ms,
          source: 'estimated-time',
        }));
    for (const seconds of [-1, '20', null, {}, Number.NaN])
      it(`${JSON.stringify(seconds)} is ignored`, () =>
        expect(readErrorBody({error: 'loading', estimated_time: seconds})?.hint).to.equal(null));
  });

  it('ignores bodies that are not errors', () => {
    for (const body of [undefined, null, 1, true, '', [], {}, [[]], {error: null}, {error: []}, {error: {code: 429}}])
      expect(readErrorBody(body), JSON.stringify(body)).to.equal(null);
  });

  it('understands an error that an SDK has unwrapped', () => {
    const unwrapped = {message: 'No.', type: 'insufficient_quota', code: 'insufficient_quota'};
    expect(refusalOf(readErrorBody(unwrapped)!)?.means).to.equal('exhausted');
  });

  it('reads no more than a bounded part of long lists, words and sentences', () => {
    const details = Array.from({length: 1000}, () => ({
      violations: Array.from({length: 1000}, () => ({quotaId: 'q'})),
    }));
    const facts = readErrorBody({error: {code: 'c'.repeat(101), message: 'm'.repeat(1e6), details}})!;
    expect(facts.codes).to.deep.equal([]);
    expect(facts.message).to.have.length(2000);
    expect(facts.quotas).to.have.length(400);
  });

  it('passes over an object whose getters throw', () => {
    const error = new Proxy({}, {get: () => expect.fail('read')});
    expect(readErrorBody({error})).to.equal(null);
  });

  it('never throws, and gives a wait that is a whole number of milliseconds or none', () => {
    const key = fc.constantFrom(
      'error',
      'code',
      'type',
      'message',
      'details',
      'status',
      'estimated_time',
      'retryDelay',
    );
    const {tree} = fc.letrec(tie => ({
      tree: fc.oneof(
        {depthSize: 'medium'},
        fc.string(),
        fc.double(),
        fc.constantFrom(null, 'google.rpc.RetryInfo', 'try again in 5s', '34s', 'insufficient_quota'),
        fc.array(tie('tree'), {maxLength: 4}),
        fc.dictionary(fc.oneof(key, fc.constantFrom('@type', '__proto__')), tie('tree'), {maxKeys: 6}),
      ),
    }));
    fc.assert(
      fc.property(tree, body => {
        const facts = readErrorBody(body);
        if (facts === null) return;
        refusalOf(facts);
        if (facts.hint !== null) {
          expect(facts.hint.ms).to.satisfy(Number.isSafeInteger);
          expect(facts.hint.ms).to.be.at.least(0);
        }
      }),
      {numRuns: 5000},
    );
  });
});

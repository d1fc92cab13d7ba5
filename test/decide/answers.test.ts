/** What the responses of each protocol say about health and failure. What they say about retries is tested with the classifiers. */
import {expect} from 'chai';
import type {Answers} from '../../src/decide/answers.ts';
import {grpcAnswers} from '../../src/decide/answers-grpc.ts';
import {httpAnswers} from '../../src/decide/answers-http.ts';
import {type Classification, green, red, SUCCESS, yellow} from '../../src/decide/classification.ts';
import {Transients} from '../../src/decide/transients.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';

const RED = red('said');
const THROTTLED = yellow('said', {throttled: true});
const TRANSIENT = yellow('said');

const ROWS: readonly [
  answers: Answers<never>,
  name: string,
  classification: Classification,
  code: number,
  health: string,
][] = [
  [httpAnswers, '200', SUCCESS, 200, 'success'],
  [httpAnswers, '200', TRANSIENT, 200, 'failure'],
  [httpAnswers, '399', TRANSIENT, 399, 'failure'],
  [httpAnswers, '400', RED, 400, 'success'],
  [httpAnswers, '400', TRANSIENT, 400, 'success'],
  [httpAnswers, '404', RED, 404, 'success'],
  [httpAnswers, '408', green('408', 'not-processed'), 408, 'success'],
  [httpAnswers, '429', THROTTLED, 429, 'nothing'],
  [httpAnswers, '429', RED, 429, 'nothing'],
  [httpAnswers, '499', RED, 499, 'success'],
  [httpAnswers, '500', TRANSIENT, 500, 'failure'],
  [httpAnswers, '501', RED, 501, 'success'],
  [httpAnswers, '503', RED, 503, 'failure'],
  [httpAnswers, '503', THROTTLED, 503, 'nothing'],
  [httpAnswers, '505', RED, 505, 'success'],
  [grpcAnswers, 'OK', SUCCESS, 0, 'success'],
  [grpcAnswers, 'OK', TRANSIENT, 0, 'failure'],
  [grpcAnswers, 'CANCELLED', RED, 1, 'nothing'],
  [grpcAnswers, 'UNKNOWN', RED, 2, 'failure'],
  [grpcAnswers, 'INVALID_ARGUMENT', RED, 3, 'success'],
  [grpcAnswers, 'INVALID_ARGUMENT', TRANSIENT, 3, 'success'],
  [grpcAnswers, 'DEADLINE_EXCEEDED', RED, 4, 'failure'],
  [grpcAnswers, 'RESOURCE_EXHAUSTED', RED, 8, 'nothing'],
  [grpcAnswers, 'INTERNAL', RED, 13, 'failure'],
  [grpcAnswers, 'UNAVAILABLE', TRANSIENT, 14, 'failure'],
  [grpcAnswers, 'UNAVAILABLE', THROTTLED, 14, 'nothing'],
  [grpcAnswers, 'DATA_LOSS', RED, 15, 'failure'],
];

describe('the health of the server by its response', () => {
  for (const [answers, name, classification, code, health] of ROWS) {
    const {transient, throttled} = classification;
    it(`${name}${transient ? ', transient' : ''}${throttled ? ', throttled' : ''}: ${health}`, () => {
      expect(answers.health(code, classification)).to.equal(health);
      expect(answers.nameOf(code)).to.equal(name);
    });
  }
});

describe('isFailure', () => {
  for (const [what, answers, failures, others] of [
    ['from 400 on', httpAnswers, [400, 404, 500, 599], [200, 304, 399]],
    ['of any code but OK', grpcAnswers, [1, 14, 16], [0]],
  ] as const)
    it(what, () => {
      expect(failures.filter(answers.isFailure)).to.deep.equal(failures);
      expect(others.filter(answers.isFailure)).to.be.empty;
    });
});

describe('the hint of an HTTP answer', () => {
  const hintOf = (headers: unknown) => httpAnswers.hint({status: 503, headers} as Response, 0);

  it('comes from its headers', () => {
    expect(hintOf(new Headers({'retry-after': '3'}))).to.deep.equal({ms: 3000, source: 'retry-after'});
    expect(hintOf(new Headers())).to.equal(null);
  });

  it('is null without headers', () => expect(hintOf(undefined)).to.equal(null));
});

describe('a gRPC answer', () => {
  const busy = {status: 14, committed: false, trailer: (name: string) => (name.endsWith('-ms') ? '7' : undefined)};
  const answer = {...busy, sent: 'maybe-processed' as const};

  it('is read by its code and its trailers', () => {
    const transients = new Transients(defaultPolicy.retryOn);
    const context = {transients, keyed: false, keySentBefore: false, refreshes: false};
    expect(grpcAnswers.classify(answer, context)).to.include({reason: 'UNAVAILABLE', transient: true});
    expect(grpcAnswers.hint(answer, 0)).to.deep.equal({ms: 7, source: 'pushback'});
  });
});

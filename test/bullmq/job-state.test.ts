/** What the fields of a job in Redis say of its item. */
import {expect} from 'chai';
import type {ItemOutcome} from '../../src/batch/entry.ts';
import {IN_STATE, type JobFields, keptOutcome, outcomeOf, stateOf} from '../../src/bullmq/job-state.ts';

const WAITING: JobFields = {timestamp: '1', finishedOn: null, progress: null, returnvalue: null, failedReason: null};
const DONE = {ok: true, value: 7, attempts: 2} as const;
const json = JSON.stringify;

describe('the fields of a job', () => {
  const cases: [string, Partial<JobFields>, unknown][] = [
    ['no job', {timestamp: null}, 'absent'],
    ['a job that has not run', {}, 'waiting'],
    ['a job that runs', {progress: json({attempts: 1, sending: 'lock'})}, 'waiting'],
    ['a result', {finishedOn: '2', returnvalue: json(DONE)}, DONE],
    [
      'a result in the state',
      {finishedOn: '2', returnvalue: json(IN_STATE), progress: json({attempts: 2, outcome: DONE})},
      DONE,
    ],
    ['a result in the state of a job that is not finished yet', {progress: json({attempts: 2, outcome: DONE})}, DONE],
    [
      'a result that came after another worker had reported the item as interrupted',
      {finishedOn: '2', returnvalue: json({ok: false, attempts: 1}), progress: json({attempts: 2, outcome: DONE})},
      DONE,
    ],
  ];
  for (const [what, fields, expected] of cases)
    it(`say ${what}`, () => expect(outcomeOf({...WAITING, ...fields})).to.deep.equal(expected));

  const failures: [string, Partial<JobFields>, object][] = [
    [
      'no worker could finish the item',
      {failedReason: 'job stalled more than allowable limit', progress: '0'},
      {code: 'stalled', refusal: null, retryable: true},
    ],
    [
      'no worker could finish an item that one was sending',
      {failedReason: 'job stalled more than allowable limit', progress: json({attempts: 1, sending: 'lock'})},
      {code: 'stalled', refusal: 'may-have-acted', retryable: false},
    ],
    ['the run threw', {failedReason: 'url leads out', progress: '0'}, {code: 'worker-error', retryable: true}],
    [
      'the result is gone',
      {returnvalue: json(IN_STATE), progress: '0'},
      {code: 'interrupted', refusal: 'may-have-acted'},
    ],
  ];
  for (const [what, fields, expected] of failures)
    it(`say that ${what}`, () => {
      const outcome = outcomeOf({...WAITING, finishedOn: '2', ...fields}) as ItemOutcome & {failure: object};
      expect(outcome.failure).to.include(expected);
    });

  it('have no state before the job has run', () => expect(stateOf(0)).to.deep.equal({attempts: 0}));
});

describe('the kept outcome', () => {
  const circle: unknown[] = [];
  circle.push(circle);
  const cases: [string, ItemOutcome, string][] = [
    ['too large', {ok: true, value: 'x'.repeat(200), attempts: 1}, 'result-too-large'],
    ['not JSON', {ok: true, value: circle, attempts: 1}, 'result-not-json'],
  ];
  for (const [what, outcome, code] of cases)
    it(`is a failure where the result is ${what}`, () => {
      const kept = keptOutcome(outcome, 100) as ItemOutcome & {failure: object};
      expect(kept.ok).to.equal(false);
      expect(kept.failure).to.include({code, refusal: null, retryable: false});
    });

  it('has no thrown value', () => {
    const failure = {
      code: '500',
      refusal: null,
      reason: '',
      status: 500,
      body: 'b',
      error: new Error('x'),
      retryable: false,
    };
    expect(keptOutcome({ok: false, failure, attempts: 1}, 1e6)).to.deep.equal({
      ok: false,
      failure: {...failure, error: undefined},
      attempts: 1,
    });
  });
});

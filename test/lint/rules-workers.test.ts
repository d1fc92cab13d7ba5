/** Durable webhooks and workers, whose calls have hours: they are sound, and no fix makes a policy of seconds of theirs. */
import {expect} from 'chai';
import {applyEdits} from '../../lint/edit/text-edit.ts';
import {lintText} from '../../lint/lint.ts';
import {timelineOf} from '../../src/math/timeline.ts';
import {resolvePolicy} from '../../src/policy/resolve.ts';
import type {Policy} from '../../src/policy/types.ts';

describe('a worker that has hours', () => {
  it('fails no run for a webhook that is delivered for half a day', async () => {
    const webhook = {
      maxAttempts: 6,
      deadlineMs: 43_200_000,
      attemptTimeoutMs: 15_000,
      idempotency: {header: 'Webhook-Id', methods: ['POST']},
      backoff: {kind: 'list', delaysMs: [5000, 300_000, 1_800_000, 7_200_000, 18_000_000], jitter: 'equal'},
      retryAfter: {maxMs: 3_600_000},
    };
    const {findings} = await lintText({path: 'p.json', files: {'p.json': JSON.stringify(webhook)}});
    expect(findings.filter(({severity}) => severity !== 'info')).to.deep.equal([]);
  });

  it('has no attempt cut off by what is proposed for a worker that has hours', async () => {
    let proposed = 0;
    for (const hours of [6, 8, 12, 24, 48])
      for (const capMs of [10_000, 30_000, 60_000, 300_000, 20_000_000])
        for (const kind of ['exponential', 'constant', 'list']) {
          const waits = {exponential: {capMs, factor: 8}, constant: {delayMs: capMs}, list: {delaysMs: [5000, capMs]}};
          const worker = {
            maxAttempts: 8,
            deadlineMs: hours * 3_600_000,
            attemptTimeoutMs: 30_000,
            backoff: {kind, ...waits[kind as keyof typeof waits]},
          };
          const text = JSON.stringify(worker);
          const {findings} = await lintText({path: 'p.json', files: {'p.json': text}});
          for (const {fix, suggestions} of findings.filter(({code}) => code === 'RL206' || code === 'RL602'))
            for (const {edits} of [...(fix ? [fix] : []), ...suggestions]) {
              const {policy} = resolvePolicy(JSON.parse(applyEdits(text, edits)));
              const before = resolvePolicy(JSON.parse(text)).policy;
              const sent = (of: Policy) => timelineOf(of, 8, false).filter(({cut}) => cut !== 'never').length;
              expect(sent(policy), applyEdits(text, edits)).to.be.at.least(sent(before));
              proposed++;
            }
        }
    expect(proposed).to.be.above(5);
  });
});

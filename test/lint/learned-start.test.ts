/** What RL217 says of the first seconds of a learned quota, beside calls of the engine on a virtual clock. */
import {expect} from 'chai';
import fc from 'fast-check';
import {growingLine} from '../../lint/analysis/learned-start.ts';
import {lintText} from '../../lint/lint.ts';
import {runs} from '../support/runs.ts';
import {engineLine} from './support/learned-line.ts';

describe('a learned rate that starts below the traffic', () => {
  for (const [title, rps, severity, policy] of [
    ['refuses calls whose deadline is near', 200, 'warning', {deadlineMs: 1000, quota: {}}],
    ['refuses calls that find its queue full', 200, 'warning', {quota: {queue: 50}}],
    ['refuses calls that may not wait', 60, 'warning', {quota: {startPerSecond: 2, maxWaitMs: 500}}],
    ['lets calls wait that have time', 200, 'info', {quota: {}}],
    ['is nothing where the traffic is near', 30, undefined, {quota: {}}],
  ] as const)
    it(title, async () => {
      const objective = {assume: {rps, latencyMs: {p50: 40}}};
      const files = {'p.json': JSON.stringify({...policy, attemptTimeoutMs: 400, maxAttempts: 1, objective})};
      const {findings} = await lintText({path: 'p.json', files});
      expect(findings.find(({code}) => code === 'RL217')?.severity).to.equal(severity);
      expect((await engineLine(policy, rps, 40)).refused > 0).to.equal(severity === 'warning');
    });

  it('says of 200 calls a second how many wait, as the engine has it', async () => {
    const policy = {quota: {}, objective: {assume: {rps: 200, latencyMs: {p50: 180}}}};
    const {findings} = await lintText({path: 'p.json', files: {'p.json': JSON.stringify(policy)}});
    const message = findings.find(({code}) => code === 'RL217')?.message ?? '';
    const [, calls, ms] = /about (\d+) calls wait, for up to (\d+) ms/.exec(message) ?? [];
    const line = await engineLine({quota: {}}, 200, 180);
    expect(Number(calls)).to.be.closeTo(line.calls, line.calls * 0.02);
    expect(Number(ms)).to.be.closeTo(line.waitMs, line.waitMs * 0.02);
  });

  it('has the line of the engine for any traffic, start and time of an answer', async function () {
    this.timeout(120_000);
    const scene = fc.record({
      rps: fc.integer({min: 2, max: 300}),
      start: fc.integer({min: 1, max: 60}),
      answerMs: fc.constantFrom(1, 5, 20, 60, 100, 180, 400, 900, 2000),
    });
    const wrong: string[] = [];
    for (const {rps, start, answerMs} of fc.sample(scene, {numRuns: runs(40, 400), seed: 28})) {
      const said = growingLine(rps, start, answerMs);
      const seconds = 5 + Math.ceil(said.waitMs / 500);
      const line = await engineLine({quota: {startPerSecond: start}}, rps, answerMs, seconds);
      const isNear = (number: number, real: number, least: number): boolean =>
        Math.abs(number - real) <= Math.max(least, real * 0.03);
      // A call that comes while the engine sends is no line.
      if (!isNear(said.calls, line.calls, 2) || !isNear(said.waitMs, line.waitMs, 20))
        wrong.push(
          `${JSON.stringify({rps, start, answerMs})}: ${JSON.stringify(said)}, the engine ${JSON.stringify(line)}`,
        );
    }
    expect(wrong).to.deep.equal([]);
  });

  it('refuses calls where the engine does', async function () {
    this.timeout(120_000);
    const scene = fc.record({
      rps: fc.integer({min: 20, max: 300}),
      start: fc.integer({min: 1, max: 60}),
      answerMs: fc.constantFrom(5, 60, 180, 400),
      maxWaitMs: fc.integer({min: 100, max: 4000}),
      queue: fc.constantFrom(20, 200, 100_000),
    });
    const wrong: string[] = [];
    for (const {rps, start, answerMs, maxWaitMs, queue} of fc.sample(scene, {numRuns: runs(40, 400), seed: 28})) {
      const {refused} = await engineLine({quota: {startPerSecond: start, maxWaitMs, queue}}, rps, answerMs, 12);
      const {calls, knownMs} = growingLine(rps, start, answerMs);
      const isNear = Math.abs(knownMs - maxWaitMs) < 50 || Math.abs(calls - queue) < 3;
      if (!isNear && (calls > queue || knownMs > maxWaitMs) !== refused > 0)
        wrong.push(`${JSON.stringify({rps, start, answerMs, maxWaitMs, queue, calls, knownMs})}: ${refused}`);
    }
    expect(wrong).to.deep.equal([]);
  });
});

/**
 * A safe fix never turns a success into a failure: policies with slips are fixed, the policy before and the one after run the same
 * traffic through the whole engine on virtual time, and their calls are compared one by one.
 */
import {expect} from 'chai';
import fc from 'fast-check';
import {parse} from 'yaml';
import {fixText} from '../../lint/fix.ts';
import {runs} from '../support/runs.ts';
import {checked, whenInTurn} from '../support/turns.ts';
import {written} from './safe-fixes/policies.ts';
import {type Ended, run, type Traffic, trafficOf} from './safe-fixes/traffic.ts';

/** More in test/endurance. */
const cases = Number(process.env.FUZZ_CASES ?? runs(20, 200));
const seed = fc.integer({min: 0, max: 1e6});

describe('safe fixes', function () {
  this.timeout(600_000);

  it(`change no call that would have succeeded and choose no number, in ${checked(cases).length} policies`, async () => {
    const counts = {policies: 0, succeeded: 0, retried: 0};
    await fc.assert(
      fc.asyncProperty(
        written,
        seed,
        whenInTurn(async ({path, text}, trafficSeed) => {
          const {text: fixed, fixed: findings} = await fixText({path, files: {[path]: text}});
          expect(newNumbers(text, fixed), `${text}\nbecame\n${fixed}`).to.deep.equal([]);
          const traffic = trafficOf(trafficSeed);
          const before = findings.length === 0 ? undefined : await ended(text, traffic);
          // Nothing was fixed, or the client refuses the policy, so that no call would have succeeded.
          if (before === undefined) return;
          const after = await ended(fixed, traffic);
          expect(after, `The client refuses the policy that was fixed.\n${text}\nbecame\n${fixed}`).not.to.equal(
            undefined,
          );
          expect(changes(before, after!), `${text}\nbecame\n${fixed}`).to.deep.equal([]);
          counts.policies++;
          counts.succeeded += before.filter(({succeeded}) => succeeded).length;
          counts.retried += before.filter(({succeeded, requests}) => succeeded && requests.length > 1).length;
        }),
      ),
      {numRuns: cases, seed: 11, endOnFailure: process.env.SHRINK !== '1'},
    );
    // There was something to compare.
    expect(counts.policies).to.be.above(checked(cases).length / 2);
    expect(counts.succeeded).to.be.above(counts.policies * 5);
    expect(counts.retried).to.be.above(counts.policies);
  });
});

describe('the traffic that safe fixes are tried with', function () {
  this.timeout(60_000);

  it('is the same in every run', async () => {
    const policy = {maxAttempts: 4, idempotency: {}, hedge: {delayMs: 100}};
    expect(await run(policy, trafficOf(3))).to.deep.equal(await run(policy, trafficOf(3)));
  });

  /** What unsafe fixes do. */
  const unsafe: readonly (readonly [what: string, before: object, after: object])[] = [
    ['RL102 retries a 404 no longer', {retryOn: [404, 503]}, {retryOn: [503]}],
    ['RL203 spreads waits with jitter', {backoff: {jitter: 'none'}}, {backoff: {jitter: 'full'}}],
    ['RL204 waits', {backoff: {baseMs: 0}}, {backoff: {baseMs: 100}}],
    ['RL207 switches the budget on', {budget: null}, {budget: {kind: 'token-bucket'}}],
    ['RL210 listens to hints', {retryAfter: {honor: false}}, {retryAfter: {honor: true}}],
    ['RL301 ends attempts', {attemptTimeoutMs: null}, {attemptTimeoutMs: 1000}],
    ['RL302 ends calls', {deadlineMs: null}, {deadlineMs: 3000}],
    ['RL403 spells a method', {routes: route('PSOT', 1)}, {routes: route('POST', 1)}],
    ['RL405 removes a backoff', {maxAttempts: 1, backoff: {baseMs: 1500}}, {maxAttempts: 1}],
  ];
  /** Seeds of traffic with such calls for one of them each, which are tried first. */
  const likely = [0, 1, 2, 11, 16, 81];
  const seeds = [...likely, ...Array.from({length: 300}, (_, seed) => seed).filter(seed => !likely.includes(seed))];
  for (const [what, before, after] of unsafe) {
    it(`has calls that fail once a fix of ${what}`, async () => {
      for (const trafficSeed of seeds) {
        const traffic = trafficOf(trafficSeed);
        const [was, is] = [(await run(before, traffic))!, (await run(after, traffic))!];
        if (was.some(({succeeded}, id) => succeeded && !is[id]!.succeeded)) return;
      }
      expect.fail('Every call that succeeded still does.');
    });
  }
});

function route(method: string, maxAttempts: number): object[] {
  return [{match: {methods: [method]}, maxAttempts}];
}

/** Numbers that the second text has and the first has not. */
function newNumbers(before: string, after: string): string[] {
  const number = /\d+(?:\.\d+)?/g;
  const known: readonly string[] = before.match(number) ?? [];
  return (after.match(number) ?? []).filter(each => !known.includes(each));
}

/** The calls under the policy of a text; undefined where it cannot be read, or the client refuses it. */
async function ended(text: string, traffic: Traffic): Promise<readonly Ended[] | undefined> {
  const policy = read(text);
  return policy === undefined ? undefined : run(policy, traffic);
}

/** JSON is YAML, too. */
function read(text: string): unknown {
  try {
    return parse(text, {uniqueKeys: false});
  } catch {
    return undefined;
  }
}

/**
 * Calls that succeeded, and after the fix do not, or not in the same way: with the same status, at the same time, by the same requests
 * at the same times with the same headers and bodies. Calls that failed may end in any way.
 */
function changes(before: readonly Ended[], after: readonly Ended[]): string[] {
  return before.flatMap((call, id) => {
    const now = after[id]!;
    if (!call.succeeded || JSON.stringify(now) === JSON.stringify(call)) return [];
    return [`call ${id} was ${say(call)}, and is ${say(now)}`];
  });
}

const say = ({how, at, requests}: Ended): string => `${how} at ${at} ms by ${requests.join(', ')}`;

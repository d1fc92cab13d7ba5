/**
 * Each number that a message prints is computed again, apart from the linter: by a call of the engine where a message counts attempts and the time of one
 * call, else by the arithmetic that the rule's page states. 300 policies, drawn at random from a seed.
 *
 * The predictions of RL309 are held by test/math, and the shares of RL213 by the simulator's own tests.
 */
import {expect} from 'chai';
import fc from 'fast-check';
import {lintText} from '../../lint/lint.ts';
import {resolvePolicy} from '../../src/policy/resolve.ts';
import type {Policy} from '../../src/policy/types.ts';
import {hanging} from './counted/facts.ts';
import {guards} from './counted/guards.ts';
import {latency} from './counted/latency.ts';
import {retries} from './counted/retries.ts';
import {safety} from './counted/safety.ts';
import {traffic} from './counted/traffic.ts';
import {attemptsOf, neededMs} from './support/arithmetic.ts';
import {countingPolicy} from './support/counting-policies.ts';

const counts = [...safety, ...retries, ...guards, ...traffic, ...latency];

const NUMBER = '(-?\\d[\\d.]*(?:e-?\\d+)?)(?<!\\.)';

const UNITS: Readonly<Record<string, number>> = {minute: 60_000, hour: 3_600_000};

/** Of the policy as it runs. */
async function wrongIn(code: string, text: string, policy: Policy): Promise<string | undefined> {
  const long = [...text.matchAll(/([\d.]+) ms \(([\d.]+) (minute|hour)s?\)/g)];
  const wrongLong = long.find(([, ms, count, unit]) => !isNear(Number(count), Number(ms) / UNITS[unit!]!));
  if (wrongLong !== undefined) return wrongLong[0];
  const message = text.replace(/ \([\d.]+ (?:minute|hour)s?\)/g, '');
  if (code === 'RL303') return wrongCuts(message, policy);
  for (const [, pattern, count] of counts.filter(entry => entry[0] === code)) {
    const found = new RegExp(pattern.replaceAll('#', NUMBER)).exec(message);
    if (found === null) continue;
    const isList = found.length === 1 && /the waits? of/.test(pattern);
    const printed = isList
      ? [...found[0].matchAll(/\d[\d.]*/g)].map(([number]) => Number(number))
      : found
          .slice(1)
          .filter(each => each !== undefined)
          .map(Number);
    const expected = await count(policy, printed, message);
    const wrong = printed.filter((number, index) => !isNear(number, expected[index]));
    return wrong.length === 0 ? undefined : `${wrong.join(', ')} of [${expected.map(String).join(', ')}]`;
  }
  return 'not counted by this test';
}

/** Messages have three digits that count, at least. */
const isNear = (printed: number, expected: number | undefined): boolean =>
  expected === undefined || Math.abs(printed - expected) <= Math.max(Math.abs(expected) * 0.006, 0.006);

/** RL303 says which attempts a hanging server does not get: a call of the engine with the longest waits, and one with the shortest. */
async function wrongCuts(message: string, policy: Policy): Promise<string | undefined> {
  const isThrottled = message.startsWith('If every response is throttled');
  const need = new RegExp(
    `${NUMBER} attempts of ${NUMBER} ms and their waits need ${NUMBER} ms(?:, or ${NUMBER} ms)?`,
  ).exec(message)!;
  const expected = [
    attemptsOf(policy),
    policy.attemptTimeoutMs!,
    neededMs(policy, isThrottled),
    neededMs(policy, true),
  ];
  const wrong = need
    .slice(1)
    .filter((number, index) => number !== undefined && !isNear(Number(number), expected[index]));
  if (wrong.length > 0) return `${wrong.join(', ')} of [${expected.join(', ')}]`;
  if (isThrottled) return undefined;
  const late = await hanging(policy, 1 - 2 ** -40);
  const soon = await hanging(policy, 0);
  const all = attemptsOf(policy);
  const lastMs = late.endedAt - late.sentAt.at(-1)!;
  const parts = [
    ...(lastMs < policy.attemptTimeoutMs! - 1
      ? [`attempt ${late.sentAt.length} is cut off after ${Math.round(lastMs)} ms`]
      : []),
    ...(soon.sentAt.length > late.sentAt.length
      ? [`${named(late.sentAt.length + 1, soon.sentAt.length)} may not be sent`]
      : []),
    ...(soon.sentAt.length < all
      ? [`${named(soon.sentAt.length + 1, all)} ${soon.sentAt.length + 1 === all ? 'is' : 'are'} never sent`]
      : []),
  ];
  const said = message.replace(/(\d+\.\d+) ms/g, (_, ms) => `${Math.round(Number(ms))} ms`);
  const missing = parts.filter(part => !said.includes(part));
  return missing.length === 0 ? undefined : `the engine: ${parts.join('; ')}`;
}

function named(first: number, last: number): string {
  if (first === last) return `attempt ${first}`;
  const count = last - first + 1;
  if (count > 3) return `attempts ${first} to ${last}`;
  return count === 2 ? `attempts ${first} and ${last}` : `attempts ${first}, ${first + 1} and ${last}`;
}

describe('a number in a message', () => {
  it('comes out again where it is computed apart from the linter', async function () {
    this.timeout(120_000);
    const wrong: string[] = [];
    const seen = new Set<string>();
    for (const input of fc.sample(countingPolicy, {numRuns: 300, seed: 28})) {
      const {findings} = await lintText({path: 'p.json', files: {'p.json': JSON.stringify(input)}});
      // A policy that contradicts itself is not run.
      const runs = findings.every(({code, severity}) => code !== 'RL401' || severity !== 'error');
      if (!runs || (input.maxAttempts === 'unlimited' && input.deadlineMs === null)) continue;
      const {policy} = resolvePolicy(input);
      for (const {code, message} of findings.filter(found => /\d/.test(found.message))) {
        seen.add(code);
        const reason = await wrongIn(code, message, policy);
        if (reason !== undefined) wrong.push(`${code} ${message} ${reason} ${JSON.stringify(input)}`);
      }
    }
    expect(wrong).to.deep.equal([]);
    expect(seen.size).to.be.above(25);
  });
});

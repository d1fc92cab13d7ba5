/** What 2,000 random wrong policies are refused with stays the same: code, field and message of each. */
import {createHash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {expect} from 'chai';
import {createFetch, definePolicy, InvalidPolicyError, type PolicyInput, type ResilientInit} from '../../src/core.ts';
import {wrongPolicies} from './wrong-policies.ts';

/** Written anew by `RECORD=1 npm test -- test/recording/refusals.test.ts`. */
const RECORDED = new URL('refusals.txt', import.meta.url);
const SAMPLES = 2;
const LONGEST_SAMPLE = 120;

/** A line for each problem; one without a field if the policy is accepted. */
function problemsOf(error: unknown): (readonly [field: string, line: string])[] {
  if (error === undefined) return [['accepted', '']];
  if (!(error instanceof InvalidPolicyError)) return [['another error', String(error)]];
  return error.problems.map(({path, message}) => {
    const field = message.startsWith('is not a field of') ? path.replace(/[^.]*$/, '(no field)') : path;
    return [`${error.code} ${field.replace(/\[\d+\]/g, '[]')}`, `${path} ${message}`];
  });
}

function refusalOf(policy: object): unknown {
  try {
    definePolicy(policy as PolicyInput);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** For each field, how often it was refused, a hash over all its messages, and the first of them. */
async function refusals(): Promise<string[]> {
  const {policies, overrides} = wrongPolicies(1600, 29);
  const fetch = createFetch({}, {fetch: async () => new Response(''), observer: null});
  const errors = [
    ...policies.map(refusalOf),
    ...(await Promise.all(
      overrides.map(resilience =>
        fetch('https://api.test/', {resilience} as ResilientInit).then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
    )),
  ];
  const byField = Map.groupBy(
    errors.flatMap((error, number) => problemsOf(error).map(([field, line]) => ({number, field, line}))),
    ({field}) => field,
  );
  return [...byField.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([field, found]) => {
      const all = found.map(({number, line}) => `${number} ${line}`).join('\n');
      const hash = createHash('sha256').update(all).digest('hex').slice(0, 12);
      const samples = [...new Set(found.map(({line}) => line))].filter(line => line !== '').slice(0, SAMPLES);
      return [`${field}: ${found.length}, ${hash}`, ...samples.map(line => `  ${line.slice(0, LONGEST_SAMPLE)}`)];
    });
}

describe('refusals of wrong policies', () => {
  it('are the same as recorded', async () => {
    const now = await refusals();
    if (process.env.RECORD === '1') writeFileSync(RECORDED, `${now.join('\n')}\n`);
    expect(now).to.deep.equal(readFileSync(RECORDED, 'utf8').trimEnd().split('\n'));
  });
});

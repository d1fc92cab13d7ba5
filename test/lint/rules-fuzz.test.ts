/** Policies that are right in every field and wild as a whole: rules say whole sentences, and what they propose ends what they say. */

import {expect} from 'chai';
import fc from 'fast-check';
import {applyEdits} from '../../lint/edit/text-edit.ts';
import {explainFile} from '../../lint/explain/explain.ts';
import {renderText} from '../../lint/explain/render.ts';
import type {Finding} from '../../lint/finding.ts';
import {fixText} from '../../lint/fix.ts';
import {lintText} from '../../lint/lint.ts';
import {rules} from '../../lint/rules/index.ts';

const one = fc.constantFrom;
const some = (fields: Record<string, fc.Arbitrary<unknown>>, ...required: string[]) =>
  fc.record(fields, {requiredKeys: required});
const orNull = (value: fc.Arbitrary<unknown>) => fc.oneof(fc.constant(null), value);

const ms = fc.oneof(one(0, 1, 50, 100, 1000, 5000, 30_000, 60_000, Number.MAX_SAFE_INTEGER), fc.nat(100_000));
const duration = orNull(ms.map(value => Math.max(1, value)));
const ratio = one(0, 0.01, 0.05, 0.3, 0.9, 1);
const method = one('GET', 'get', 'POST', 'PATCH', 'PUT', 'PSOT', 'PURGE');
const methods = fc.array(method, {maxLength: 4});
const jitter = one('none', 'full', 'equal', 'decorrelated');
const trigger = one(
  400,
  404,
  408,
  409,
  429,
  500,
  501,
  503,
  525,
  '4xx',
  '5xx',
  'network',
  'timeout',
  'UNAVAILABLE',
  'ABORTED',
);
const quantiles = some({p50: one(0.5, 10, 180), p95: one(5, 200, 410), p99: one(300, 576), max: one(1, 600, 20_000)});

const backoff = fc.oneof(
  some({kind: one('exponential'), baseMs: ms, throttledBaseMs: ms, factor: one(1, 2, 100), capMs: ms, jitter}),
  some({kind: one('linear'), baseMs: ms, stepMs: ms, capMs: ms, jitter}, 'kind'),
  some({kind: one('constant'), delayMs: ms, throttledBaseMs: ms, jitter}, 'kind'),
  some({kind: one('list'), delaysMs: fc.array(ms, {minLength: 1, maxLength: 6}), jitter}, 'kind'),
);
const budget = fc.oneof(
  some(
    {kind: one('token-bucket'), capacity: one(0, 10, 100), retryCost: one(0, 14), refillPerMinute: one(0, 6000)},
    'kind',
  ),
  some({kind: one('ratio'), ratio: one(0, 0.1, 3), minPerSecond: one(0, 10)}, 'kind'),
);
const breaker = fc.oneof(
  some(
    {kind: one('ratio'), failureRatio: one(0.5, 1), minCalls: one(1, 1e6), openMs: one(1, 15_000), probes: one(0, 3)},
    'kind',
  ),
  some({kind: one('consecutive'), failures: one(1, 5), openMs: one(1, 15_000), probes: one(0, 3)}, 'kind'),
);
const assume = some({rps: one(0, 0.01, 50), latencyMs: quantiles, failureRatio: ratio, hangRatio: ratio});
const fields = {
  maxAttempts: one<unknown>(1, 2, 3, 6, 20, 1e15, 'unlimited', null),
  deadlineMs: duration,
  attemptTimeoutMs: duration,
  retryOn: fc.array(trigger, {maxLength: 6}),
  idempotentMethods: methods,
  idempotency: orNull(some({methods})),
  backoff,
  budget: orNull(budget),
  breaker: orNull(breaker),
  retryAfter: some({honor: fc.boolean(), maxMs: ms, scope: one('call', 'origin')}),
  hedge: orNull(some({delayMs: one(0, 100, 100_000), maxLoadRatio: one(0, 0.05)}, 'delayMs')),
  deadlineHeader: one(null, 'x-deadline'),
  objective: orNull(some({latencyMs: quantiles, successRatio: one(0, 0.99, 1), assume})),
};
const path = one('/v1/orders', '/v1/**', '/**', '/v1/search', '/shop.Orders/Get');
const match = some({methods: fc.array(method, {minLength: 1, maxLength: 3}), origin: one('https://a.example'), path});
const layers = fc.array(fc.record({name: one('mesh'), maxAttempts: one(1, 2, 4, 1e9)}), {maxLength: 2});
const routes = fc.array(some({match, name: one('a', 'b'), ...fields}, 'match'), {maxLength: 4});
const policy = some({...fields, layers, routes, extends: one([], ['steadfetch:llm'], ['./base.json'])});

const isBroken = /NaN|undefined|Infinity|\[object|(?<!\d)-\d+ ms/;

/** The same ones each time; with FUZZ_CASES others, and more. */
const cases = Number(process.env.FUZZ_CASES ?? 1200) / 100;

describe('rules on wild policies', function () {
  this.timeout(60_000 + cases * 10_000);

  it(`hold what they promise, ${cases} times`, async () => {
    await fc.assert(
      fc.asyncProperty(policy, some(fields), async (wild, base) => {
        const text = JSON.stringify(wild, null, 2);
        const files = {'p.json': text, 'base.json': JSON.stringify(base)};
        const findingsIn = async (content: string): Promise<readonly Finding[]> =>
          (await lintText({path: 'p.json', files: {...files, 'p.json': content}, config: {preset: 'strict'}})).findings;
        const findings = await findingsIn(text);
        for (const finding of findings) {
          expect(finding.message).to.match(/[.?]$/).and.not.match(isBroken);
          await checkProposals(finding, findings, text, findingsIn);
        }
        const request = {path: 'p.json', files, config: {preset: 'strict'}} as const;
        const safely = (await fixText(request)).report.findings;
        expect(safely.filter(({fix}) => fix?.safety === 'safe')).to.deep.equal([]);
        const unsafely = (await fixText(request, {unsafe: true})).report.findings;
        expect(unsafely.filter(({fix}) => fix !== undefined)).to.deep.equal([]);
        for (const rule of rules.filter(({code}) => findings.some(finding => finding.code === code))) {
          expect(renderText(await explainFile(rule, {path: 'p.json', files})), rule.code).not.to.match(isBroken);
        }
      }),
      {numRuns: cases, endOnFailure: true, ...(process.env.FUZZ_CASES === undefined ? {seed: 1} : {})},
    );
  });
});

/** A fix or a suggestion makes no slip, and what it was offered for is gone; where routes are alike, there is one less of it. */
async function checkProposals(
  {code, fingerprint, message, fix, suggestions}: Finding,
  before: readonly Finding[],
  text: string,
  findingsIn: (content: string) => Promise<readonly Finding[]>,
): Promise<void> {
  const isThere = (findings: readonly Finding[]): boolean =>
    findings.some(other => other.fingerprint === fingerprint && other.message === message);
  const same = (findings: readonly Finding[]): number =>
    findings.filter(other => other.code === code && other.message === message).length;
  for (const {title, edits} of [...(fix === undefined ? [] : [fix]), ...suggestions]) {
    const after = await findingsIn(applyEdits(text, edits));
    // What is left of an entry that stands three times may be told in the same words.
    const isLeft = isThere(after) && same(after) >= same(before);
    if (code !== 'RL407') expect(isLeft, `${code}: ${title}`).to.equal(false);
    expect(
      after.filter(other => /^RL00/.test(other.code)),
      `${code}: ${title}`,
    ).to.deep.equal([]);
  }
}

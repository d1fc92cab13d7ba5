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
    {
      kind: one('ratio'),
      failureRatio: one(0.5, 1),
      minCalls: one<unknown>(1, 3, 1e6, 'auto'),
      openMs: one(1, 15_000, 3_600_000),
      maxOpenMs: one(null, 3_600_000),
      probes: one(0, 3),
    },
    'kind',
  ),
  some({kind: one('consecutive'), failures: one(1, 3, 5), openMs: one(1, 15_000), probes: one(0, 3)}, 'kind'),
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
  retryAfter: some({honor: fc.boolean(), maxMs: fc.oneof(ms, one(7_200_000)), scope: one('call', 'origin')}),
  hedge: orNull(
    fc.oneof(
      some({delayMs: one(0, 100, 100_000), maxLoadRatio: one(0, 0.05, 1)}, 'delayMs'),
      some({quantile: one(0.2, 0.95), maxLoadRatio: one(0, 0.05, 1)}, 'quantile'),
    ),
  ),
  idleTimeoutMs: duration,
  concurrency: orNull(some({max: one(1, 5, 1e6), queue: one(0, 1000)})),
  correlation: orNull(some({sendTo: one<unknown>('all', null, ['https://a.example'])})),
  replayLimitBytes: one(0, 1024, 1024 ** 3),
  deadlineHeader: one(null, 'x-deadline'),
  objective: orNull(some({latencyMs: quantiles, successRatio: one(0, 0.99, 1), instances: one(1, 500, 1e6), assume})),
  'x-note': one<unknown>('a note', {token: 'q7Zk20fLm4Rt9xWb'}, ['Bearer 0f1e2d3c4b5a69788796a5b4']),
};
const path = one('/v1/orders', '/v1/**', '/**', '/v1/search', '/shop.Orders/Get');
const origin = one('https://a.example', 'http://b.example:8080', 'http://ledger', 'http://localhost');
const match = some({methods: fc.array(method, {minLength: 1, maxLength: 3}), origin, path});
const layers = fc.array(fc.record({name: one('mesh'), maxAttempts: one(1, 2, 4, 1e9)}), {maxLength: 2});
const routes = fc.array(some({match, name: one('a', 'b'), ...fields}, 'match'), {maxLength: 4});
const policy = some({
  ...fields,
  retryingLayers: layers,
  routes,
  extends: one([], ['steadfetch:llm'], ['steadfetch:payments'], ['./base.json']),
});

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
          if (finding.fix !== undefined)
            expect(rules.find(({code}) => code === finding.code)!.fix, finding.code).to.equal(finding.fix.safety);
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

/**
 * A fix or a suggestion makes no slip, and what it was offered for is gone; where routes are alike, there is one less of it. What several
 * routes inherit from another file is said once, and mended in one of them.
 */
async function checkProposals(
  {code, fingerprint, message, range, fix, suggestions}: Finding,
  before: readonly Finding[],
  text: string,
  findingsIn: (content: string) => Promise<readonly Finding[]>,
): Promise<void> {
  const isThere = (findings: readonly Finding[]): boolean =>
    findings.some(other => other.fingerprint === fingerprint && other.message === message);
  const same = (findings: readonly Finding[]): number =>
    findings.filter(other => other.code === code && other.message === message).length;
  const isInherited = /"(?:\.\/base\.json|steadfetch:\w+)"/.test(text.split('\n')[range.start.line - 1]!);
  for (const {title, edits} of [...(fix === undefined ? [] : [fix]), ...suggestions]) {
    const after = await findingsIn(applyEdits(text, edits));
    // What is left of an entry that stands three times may be told in the same words.
    const isLeft = isThere(after) && same(after) >= same(before);
    if (code !== 'RL407' && !isInherited) expect(isLeft, `${code}: ${title}`).to.equal(false);
    expect(
      after.filter(other => /^RL00/.test(other.code)),
      `${code}: ${title}`,
    ).to.deep.equal([]);
  }
}

/** RL405: a field without effect, and the settings of which one is enough to give it one. */

import {expect} from 'chai';
import {lintText} from '../../lint/lint.ts';
import type {PolicyInput} from '../../src/policy/types.ts';

const pair: PolicyInput['endpoints'] = [
  {name: 'one', origin: 'https://one.test'},
  {name: 'two', origin: 'https://two.test'},
];
const ranked: PolicyInput['endpoints'] = [pair[0]!, {...pair[1]!, rank: 2}];
const ejection = {minExcess: 0.3} as const;

const FIELDS: readonly [path: string, inert: PolicyInput, effective: readonly PolicyInput[]][] = [
  [
    'failover.ejection',
    {endpoints: pair, failover: {ejection: {...ejection, maxEjectedShare: 0}}},
    [
      {endpoints: pair, failover: {ejection: {...ejection, maxEjectedShare: 0.5}}},
      {endpoints: pair, failover: {ejection: {maxEjectedShare: 0}}},
    ],
  ],
  ['failover', {failover: {balance: 'p2c-ewma'}}, [{endpoints: pair, failover: {balance: 'p2c-ewma'}}]],
  [
    'failover.balance',
    {endpoints: ranked, failover: {balance: 'p2c-ewma'}},
    [{endpoints: pair, failover: {balance: 'p2c-ewma'}}],
  ],
  [
    'failover.headers',
    {endpoints: pair, failover: {sharedCredentials: true, headers: ['x-key']}},
    [{endpoints: pair, failover: {headers: ['x-key']}}],
  ],
  [
    'failover.query',
    {endpoints: pair, failover: {sharedCredentials: true, query: ['key']}},
    [{endpoints: pair, failover: {query: ['key']}}],
  ],
  ['endpoints', {endpoints: [pair[0]!]}, [{endpoints: pair}, {endpoints: [{...pair[0]!, readyPath: '/ready'}]}]],
  ['retryAfter.maxMs', {retryAfter: {honor: false, maxMs: 90_000}}, [{retryAfter: {honor: true, maxMs: 9000}}]],
  [
    'retryAfter.maxMs',
    {deadlineMs: 8000, retryAfter: {maxMs: 8000}},
    [
      {deadlineMs: 8000, retryAfter: {maxMs: 7999}},
      {deadlineMs: null, retryAfter: {maxMs: 90_000}},
      {deadlineMs: 8000, retryAfter: {maxMs: 90_000, scope: 'origin'}},
      {deadlineMs: 8000, retryAfter: {maxMs: 90_000}, quota: {}},
      {deadlineMs: 8000, retryAfter: {maxMs: 90_000}, concurrency: {kind: 'adaptive'}},
      {deadlineMs: 8000, retryAfter: {maxMs: 90_000}, endpoints: pair},
      {deadlineMs: 8000, retryAfter: {maxMs: 90_000}, routes: [{match: {path: '/exports'}, deadlineMs: 180_000}]},
    ],
  ],
  [
    'stream.holdBytes',
    {stream: {commit: 'headers', holdBytes: 8192}},
    [{stream: {commit: 'content', holdBytes: 8192}}],
  ],
  [
    'backoff.factor',
    {backoff: {kind: 'exponential', jitter: 'decorrelated', factor: 3}},
    [{backoff: {kind: 'exponential', jitter: 'full', factor: 3}}],
  ],
  ['backoff', {maxAttempts: 1, backoff: {baseMs: 50}}, [{maxAttempts: 2, backoff: {baseMs: 50}}]],
  ['budget', {maxAttempts: 1, budget: {kind: 'ratio', ratio: 0.2}}, [{budget: {kind: 'ratio', ratio: 0.2}}]],
];

async function inertIn(policy: PolicyInput): Promise<(string | undefined)[]> {
  const {findings} = await lintText({path: 'p.json', files: {'p.json': JSON.stringify(policy, null, 2)}});
  return findings.filter(({code}) => code === 'RL405').map(({pointer}) => pointer);
}

describe('RL405 no-field-without-effect', () => {
  for (const [path, inert, effective] of FIELDS)
    it(`reports ${path} in ${JSON.stringify(inert)}, and nothing where it has an effect`, async () => {
      expect(await inertIn(inert)).to.include(path);
      for (const policy of effective) expect(await inertIn(policy), JSON.stringify(policy)).not.to.include(path);
    });
});

/** `p.json` with its heirs: child.json extends it, and grandchild.json extends that. */
async function inertBelow(base: PolicyInput, child: object, grandchild?: object): Promise<(string | undefined)[]> {
  const files: Record<string, string> = {
    'p.json': JSON.stringify(base, null, 2),
    'child.json': JSON.stringify({extends: ['./p.json'], ...child}),
  };
  if (grandchild !== undefined) files['grandchild.json'] = JSON.stringify({extends: ['./child.json'], ...grandchild});
  const extendedBy = Object.keys(files).slice(1);
  const {findings} = await lintText({path: 'p.json', files, extendedBy});
  return findings.filter(({code}) => code === 'RL405').map(({pointer}) => pointer);
}

describe('RL405 in a base', () => {
  const once: PolicyInput = {maxAttempts: 1, backoff: {baseMs: 50}};

  it('is silent about what a policy that extends it uses', async () => {
    expect(await inertBelow(once, {maxAttempts: 3})).to.deep.equal([]);
    expect(await inertBelow(once, {routes: [{match: {path: '/a'}, maxAttempts: 3}]})).to.deep.equal([]);
    expect(await inertBelow(once, {}, {maxAttempts: 3})).to.deep.equal([]);
    expect(await inertBelow({failover: {balance: 'p2c-ewma'}}, {endpoints: pair})).to.deep.equal([]);
  });

  it('reports what none of them uses', async () => {
    expect(await inertBelow(once, {})).to.deep.equal(['backoff']);
    expect(await inertBelow(once, {deadlineMs: 5000}, {name: 'a'})).to.deep.equal(['backoff']);
    // The whole object is replaced, or a field of another one set.
    expect(await inertBelow(once, {maxAttempts: 3, backoff: null})).to.deep.equal(['backoff']);
    expect(await inertBelow({failover: {balance: 'p2c-ewma'}}, {deadlineMs: 5000})).to.deep.equal(['failover']);
  });

  it('is silent about a route that changes something in one of them', async () => {
    const base: PolicyInput = {deadlineMs: 5000, routes: [{match: {path: '/a'}, deadlineMs: 5000}]};
    expect(await inertBelow(base, {})).to.deep.equal(['routes[0].match']);
    expect(await inertBelow(base, {deadlineMs: 9000})).to.deep.equal([]);
    const later = {routes: [{match: {path: '/**'}, maxAttempts: 2}]};
    expect(await inertBelow(base, later)).to.deep.equal(['routes[0].match']);
  });

  it('is silent in a file whose name says base, as long as no policy of the run extends it', async () => {
    const inert = async (path: string, extendedBy: readonly string[] = []): Promise<number> => {
      const files = {[path]: JSON.stringify(once), 'child.json': JSON.stringify({extends: [`./${path}`]})};
      const {findings} = await lintText({path, files, extendedBy});
      return findings.filter(({code}) => code === 'RL405').length;
    };
    for (const path of ['base.json', 'retry-base.yaml', 'clients/common.retry.json', '_shared.json']) {
      expect(await inert(path), path).to.equal(0);
      expect(await inert(path, ['child.json']), path).to.equal(1);
    }
    for (const path of ['database.json', 'orders.json', 'base/orders.json'])
      expect(await inert(path), path).to.equal(1);
  });

  it('is silent where a policy that extends it cannot be read', async () => {
    const files = {'p.json': JSON.stringify(once), 'child.json': '{"extends": ["./p.json"'};
    const {findings} = await lintText({path: 'p.json', files, extendedBy: ['child.json']});
    expect(findings.map(({code}) => code)).not.to.include('RL405');
  });
});

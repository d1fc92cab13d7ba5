/** The figures of the landing page: results of the benches, and runs of the simulator. None is typed. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {resolvePolicy} from '../../../src/policy/resolve.ts';
import type {PolicyInput} from '../../../src/policy/types.ts';
import type {SampledCall} from '../../../src/simulate/call-samples.ts';
import {simulate} from '../../../src/simulate/simulate.ts';
import {root} from '../pages.ts';

/** Calls that a burst to a model endpoint came to. */
export interface Burst {
  readonly calls: number;
  readonly answered: number;
  readonly requests: number;
  readonly seconds: string;
}

export interface Storm {
  readonly percent: string;
  /** From the end of the spike until calls succeed as before. */
  readonly recoverySeconds: number;
  /** For each part of the time, whether most calls that began in it succeeded. */
  readonly answered: readonly boolean[];
}

export interface Figures {
  readonly burst: {readonly alone: Burst; readonly ours: Burst};
  readonly storm: {
    readonly alone: Storm;
    readonly ours: Storm;
    readonly seconds: number;
    readonly spike: {readonly from: number; readonly to: number};
  };
  readonly trace: SampledCall;
  readonly defaults: {readonly attempts: number; readonly attemptSeconds: number; readonly deadlineSeconds: number};
  readonly rules: number;
  readonly pitfalls: number;
}

const results = (path: string): unknown => JSON.parse(readFileSync(join(root, 'bench', path), 'utf8')).results;

export async function figuresOf(): Promise<Figures> {
  const conformance = results('conformance/results.json') as Readonly<
    Record<string, Readonly<Record<string, {readonly cell: string}>>>
  >;
  expectDoubleCharge(conformance['axios + axios-retry']?.T21b?.cell, conformance.steadfetch?.T21b?.cell);
  const {maxAttempts, attemptTimeoutMs, deadlineMs} = resolvePolicy({}).policy;
  return {
    burst: {alone: burstOf('openai'), ours: burstOf('openai-steadfetch')},
    storm: await storm(),
    trace: await trace(),
    defaults: {
      attempts: Number(maxAttempts),
      attemptSeconds: attemptTimeoutMs! / 1000,
      deadlineSeconds: deadlineMs! / 1000,
    },
    rules: readdirSync(join(root, 'docs/rules')).filter(name => /^RL\d+\.md$/.test(name)).length,
    pitfalls: Object.keys(conformance.steadfetch!).length,
  };
}

/** The third picture tells of two charges and of one. */
function expectDoubleCharge(axios: string | undefined, ours: string | undefined): void {
  if (axios !== 'fail' || ours !== 'pass')
    throw new Error(`Result T21b has changed (axios-retry: ${axios}, steadfetch: ${ours}): rewrite "Charged twice".`);
}

function burstOf(client: string): Burst {
  const {calls, answered, requests, ms} = (
    results('conformance/models/results.json') as Readonly<
      Record<string, {readonly rows: Readonly<Record<string, Omit<Burst, 'seconds'> & {readonly ms: number}>>}>
    >
  )[client]!.rows['burst-hint']!;
  return {calls, answered, requests, seconds: (ms / 1000).toFixed(1)};
}

/** As rows of docs/defaults.md show it. */
const SEED = 1;
/** Bars of a picture. The simulator has 120 intervals. */
const BARS = 60;

async function storm(): Promise<Figures['storm']> {
  const scenario = JSON.parse(readFileSync(join(root, 'schema/scenarios/spike.json'), 'utf8')) as {
    readonly durationMs: number;
    readonly traffic: {readonly phases: readonly [{readonly fromMs: number; readonly toMs: number}]};
  };
  const [{fromMs, toMs}] = scenario.traffic.phases;
  return {
    alone: await stormOf({breaker: null}),
    ours: await stormOf({}),
    seconds: scenario.durationMs / 1000,
    spike: {from: fromMs / scenario.durationMs, to: toMs / scenario.durationMs},
  };
}

async function stormOf(policy: PolicyInput): Promise<Storm> {
  const {successRatio, recovery, timeline} = await simulate(policy, 'spike', {seed: SEED});
  if (recovery === null || !Number.isFinite(recovery.afterMs))
    throw new Error('A policy of "Retry storm" no longer recovers: rewrite its sentence.');
  const size = timeline.length / BARS;
  return {
    percent: (100 * successRatio).toFixed(1),
    recoverySeconds: recovery.afterMs / 1000,
    answered: Array.from({length: BARS}, (_, bar) => {
      const part = timeline.slice(bar * size, (bar + 1) * size);
      const sum = (of: 'calls' | 'succeeded'): number => part.reduce((total, interval) => total + interval[of], 0);
      return sum('succeeded') >= sum('calls') / 2;
    }),
  };
}

/** A call that succeeds at its third attempt. */
async function trace(): Promise<SampledCall> {
  const {samples} = await simulate({}, 'brownout', {seed: SEED, samples: true});
  const call = samples.find(({attempts}) => attempts.map(({reason}) => reason).join() === '503,503,success');
  if (call === undefined) throw new Error('No sampled call of "brownout" succeeds after two answers with 503.');
  return call;
}

/** The arguments of `steadfetch plan`, checked. */

import type {Cdf} from '../math/attempt-latency.ts';
import {latencyThrough, lognormalLatency, statedQuantiles} from '../plan/latency.ts';
import {
  JITTERS,
  type PlannedCall,
  type PlanObjective,
  type Repeatability,
  type SearchSpace,
  type ServiceFailure,
} from '../plan/request.ts';
import {defaultPolicy} from '../policy/defaults.ts';
import type {LatencyQuantiles} from '../policy/types.ts';
import {type Asked, asked, optionsOf} from './command-spec.ts';
import {SPECS} from './commands.ts';
import {readPageFile} from './page-file.ts';
import {type Arguments, parseArguments} from './parse-arguments.ts';
import {UsageError} from './usage-error.ts';

export interface PlanArguments {
  /** Undefined: nothing was measured. */
  readonly measurements: string | undefined;
  readonly objective: PlanObjective;
  readonly call: PlannedCall;
  /** What overrides the measurements. */
  readonly service: {
    readonly latency: StatedLatency | undefined;
    readonly failures: readonly ServiceFailure[] | undefined;
    readonly hangRatio: number | undefined;
  };
  /** The parts of the default search space that are replaced. */
  readonly space: Partial<SearchSpace>;
  readonly out: string | undefined;
  readonly json: boolean;
  /** The file of the page with charts, or `-`. */
  readonly html: string | undefined;
  readonly quiet: boolean;
}

export interface StatedLatency {
  readonly latency: Cdf;
  readonly quantiles: LatencyQuantiles;
}

/** @returns What was asked for in place of a run. @throws UsageError, PlanInputError */
export function readPlanArguments(argv: readonly string[]): PlanArguments | Asked {
  const args = parseArguments(argv, optionsOf(SPECS.plan), 'steadfetch plan --help');
  const question = asked(args);
  if (question !== undefined) return question;
  if (args.operands.length > 1)
    throw new UsageError(`One file of measurements, not ${args.operands.length}: ${args.operands.join(', ')}.`);
  const [measurements] = args.operands;
  const service = readService(args);
  if (measurements === undefined && service.latency === undefined)
    throw new UsageError('Missing latency: name a file of measurements, or give --latency p50=180,p95=410,p99=576.');
  const out = args.value('out');
  const json = args.has('json');
  if (json && out === '-') throw new UsageError('--json and --out - both write to standard output. Give one of them.');
  return {
    measurements,
    service,
    objective: readObjective(args),
    call: readCall(args),
    space: readSpace(args),
    out,
    json,
    quiet: args.has('quiet'),
    html: readPageFile(args, [...(json ? ['--json'] : []), ...(out === '-' ? ['--out -'] : [])]),
  };
}

/** A day, in milliseconds. A longer one is a slip, such as a number of microseconds. */
const LONGEST_DEADLINE = 86_400_000;

function readObjective(args: Arguments): PlanObjective {
  const limits = (['p50', 'p95', 'p99'] as const).flatMap(name => {
    const ms = optional(args, name, positive);
    return ms === undefined ? [] : [[name, ms] as const];
  });
  const successRatio = optional(args, 'success', share);
  if (limits.length === 0 && successRatio === undefined)
    throw new UsageError('Missing objective: give --p95 800, --success 0.99, or both.');
  const deadlineMs = optional(args, 'deadline', whole) ?? limits.at(-1)?.[1];
  if (deadlineMs === undefined) throw new UsageError('Missing --deadline: give the longest time that a call may take.');
  if (deadlineMs > LONGEST_DEADLINE)
    throw new UsageError(`A call may take a day at most, ${LONGEST_DEADLINE} ms: the deadline is ${deadlineMs} ms.`);
  const callsPerSecond = (optional(args, 'rate', positive) ?? 0) * (optional(args, 'instances', whole) ?? 1);
  const perSecond = optional(args, 'capacity', positive);
  if (perSecond !== undefined && callsPerSecond === 0)
    throw new UsageError('--capacity needs --rate: the calls per second of one process.');
  if (perSecond === undefined && args.has('headroom')) throw new UsageError('--headroom needs --capacity.');
  const headroomRatio = optional(args, 'headroom', share) ?? 0.2;
  return {
    latencyMs: Object.fromEntries(limits),
    ...(successRatio === undefined ? {} : {successRatio}),
    deadlineMs: Math.ceil(deadlineMs),
    maxAmplification: optional(args, 'max-amplification', whole) ?? 4,
    otherAttempts: optional(args, 'other-attempts', whole) ?? 1,
    ...(perSecond === undefined ? {} : {capacity: {perSecond, headroomRatio, callsPerSecond}}),
  };
}

function readService(args: Arguments): PlanArguments['service'] {
  const latency = args.value('latency');
  const failures = [
    ...args.all('fail').map(text => failureOf(text, '--fail', false)),
    ...args.all('unsent').map(text => failureOf(text, '--unsent', true)),
  ];
  const hangRatio = optional(args, 'hang', share);
  const sum = failures.reduce((total, {ratio}) => total + ratio, hangRatio ?? 0);
  if (sum >= 1)
    throw new UsageError(`--fail, --unsent and --hang add up to ${sum}. At least some attempts must succeed.`);
  return {
    latency: latency === undefined ? undefined : latencyOf(latency),
    failures: failures.length === 0 ? undefined : failures,
    hangRatio,
  };
}

/** `p50=180,p95=410` or `median=180,sigma=0.5`. */
function latencyOf(text: string): StatedLatency {
  const wrong = (): never => {
    throw new UsageError(
      `--latency must be quantiles such as p50=180,p95=410,p99=576, or median=180,sigma=0.5, got ${JSON.stringify(text)}.`,
    );
  };
  const pairs = text.split(',').map(pair => /^(p\d{1,2}(?:\.\d+)?|max|median|sigma)=(.+)$/.exec(pair) ?? wrong());
  const values = new Map(pairs.map(([, name, value]) => [name!, positive(value!, '--latency')]));
  const [median, sigma, maxMs] = ['median', 'sigma', 'max'].map(name => values.get(name));
  if (median !== undefined || sigma !== undefined) {
    if (median === undefined || sigma === undefined || values.size > 2) wrong();
    else {
      const latency = lognormalLatency(median, sigma);
      return {latency, quantiles: statedQuantiles(latency)};
    }
  }
  const quantiles = [...values].flatMap(([name, ms]) =>
    name === 'max' ? [] : [{share: Number(name.slice(1)) / 100, ms}],
  );
  if (quantiles.some(({share}) => share <= 0)) wrong();
  const latency = latencyThrough(quantiles, maxMs);
  const stated = Object.fromEntries([...values].filter(([name]) => /^(?:p50|p95|p99|max)$/.test(name)));
  return {latency, quantiles: {...statedQuantiles(latency, maxMs), ...stated}};
}

/** `0.05@20`; without a time, the failure takes 0 ms. */
function failureOf(text: string, option: string, isUnsent: boolean): ServiceFailure {
  const [ratio = '', afterMs = '0', ...more] = text.split('@');
  if (more.length > 0)
    throw new UsageError(`${option} must be a share and a time such as 0.05@20, got ${JSON.stringify(text)}.`);
  return {ratio: share(ratio, option), afterMs: atLeastZero(afterMs, option), isUnsent};
}

function readCall(args: Arguments): PlannedCall {
  const method = (args.value('method') ?? 'GET').toUpperCase();
  const path = args.value('path');
  if (path !== undefined && !path.startsWith('/'))
    throw new UsageError(`--path must start with /, got ${JSON.stringify(path)}.`);
  const perSecond = optional(args, 'rate', positive);
  const instances = optional(args, 'instances', whole);
  return {
    name: args.value('name') ?? nameOf(path),
    method,
    ...(path === undefined ? {} : {path}),
    repeat: repeatOf(args, method, path),
    ...(perSecond === undefined ? {} : {perSecond}),
    ...(instances === undefined ? {} : {instances}),
  };
}

/** The last word of the path. */
const nameOf = (path = ''): string => path.match(/[\w-]+/g)?.at(-1) ?? 'planned';

function repeatOf(args: Arguments, method: string, path: string | undefined): Repeatability {
  if (defaultPolicy.idempotentMethods.includes(method)) return 'idempotent-method';
  if (args.has('key')) return 'key';
  if (!args.has('repeatable')) return 'never';
  if (path === undefined)
    throw new UsageError(`--repeatable needs --path: only some paths can be sent a second ${method} without harm.`);
  return 'declared';
}

function readSpace(args: Arguments): Partial<SearchSpace> {
  const list = <T>(name: string, read: (text: string, option: string) => T): T[] | undefined =>
    args
      .value(name)
      ?.split(',')
      .map(item => read(item, `--${name}`));
  const found = {
    attempts: list('attempts', whole),
    attemptTimeouts: list('timeouts', whole),
    bases: list('bases', whole),
    jitters: list('jitter', (text, option) => {
      const jitter = JITTERS.find(name => name === text);
      if (jitter === undefined)
        throw new UsageError(`${option} must be of ${JITTERS.join(', ')}, got ${JSON.stringify(text)}.`);
      return jitter;
    }),
    hedges: list('hedges', (text, option) => (text === 'none' ? null : whole(text, option))),
  };
  return Object.fromEntries(Object.entries(found).filter(([, values]) => values !== undefined));
}

function optional<T>(args: Arguments, name: string, read: (text: string, option: string) => T): T | undefined {
  const text = args.value(name);
  return text === undefined ? undefined : read(text, `--${name}`);
}

function number(text: string, option: string, what: string, holds: (value: number) => boolean): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || !holds(value))
    throw new UsageError(`${option} must be ${what}, got ${JSON.stringify(text)}.`);
  return value;
}

const positive = (text: string, option: string): number => number(text, option, 'a number above 0', value => value > 0);
const atLeastZero = (text: string, option: string): number =>
  number(text, option, 'a number of at least 0', value => value >= 0);
const whole = (text: string, option: string): number =>
  number(text, option, 'a whole number of at least 1', value => Number.isInteger(value) && value >= 1);

/** `0.99` or `99%`. */
function share(text: string, option: string): number {
  const isPercent = text.endsWith('%');
  const value = number(
    isPercent ? text.slice(0, -1) : text,
    option,
    'a share such as 0.99 or 99%',
    n => n >= 0 && n <= (isPercent ? 100 : 1),
  );
  return isPercent ? value / 100 : value;
}

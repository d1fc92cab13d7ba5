import type {LatencyQuantiles, Policy} from '../../src/policy/types.ts';
import {isModelRoute} from '../analysis/model-route.ts';
import {isPredictable, meetsObjective} from '../analysis/prediction.ts';
import {buildsOn} from '../analysis/presets.ts';
import {relatedTo} from '../analysis/related.ts';
import {namedMethods} from '../analysis/retryability.ts';
import {assign, formatChange} from '../analysis/setting.ts';
import {cutPercentile, formatLost, shorterLimit, type TimeLimit} from '../analysis/time-limit.ts';
import {isSetHere, mostSpecific, type Scope} from '../model/scope.ts';
import type {Check, Draft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const belowLatency: Check = {
  worse: 'lower',
  fields: ['attemptTimeoutMs', 'deadlineMs', 'objective'],
  reads: ['hedge', 'match', 'maxAttempts', 'paid', 'stream'],

  *check(scope): Iterable<Draft> {
    const {policy, words} = scope;
    const latencies = policy.objective?.assume?.latencyMs;
    if (latencies === undefined) return void (yield* belowGeneration(scope));
    // The latencies of a policy for models are those of generations.
    if (policy.paid !== null && namedMethods(scope)?.includes('POST') === false) return;
    yield* lateContent(scope, latencies.p50);
    const limit = shorterLimit(policy.attemptTimeoutMs, policy.deadlineMs);
    const cut = cutPercentile(latencies, limit.ms);
    if (cut === undefined) return;
    const isError = cut.name === 'p50';
    // With an objective, an early timeout may be intended: report an info, at the field itself only, and nothing if the objective is met.
    const isChosen = !isError && isPredictable(scope) && isBound(scope, cut.ms);
    if (isChosen && (!isSetHere(scope, limit.path) || meetsObjective(scope))) return;
    yield {
      at: mostSpecific(scope, limit.path, 'objective'),
      message: `${limit.what}${formatAsked(policy, limit)} times out after ${words.ms(limit.ms)}, below the assumed ${cut.name} of ${words.ms(cut.ms)}: ${formatLost(latencies, limit.ms, cut)} of the good responses are lost${policy.paid === null ? '' : ', and paid for'}. Raise the ${limit.name}.`,
      ...(isError ? {severity: 'error'} : isChosen ? {severity: 'info'} : {}),
      related: relatedTo(scope, limit.path, `objective.assume.latencyMs.${cut.name}`),
      ...longer(scope, latencies),
    };
  },
};

/** The route of a model whose latencies are not assumed. A stream is answered by its headers. */
function* belowGeneration(scope: Scope): Iterable<Draft> {
  const {attemptTimeoutMs, deadlineMs, paid, stream} = scope.policy;
  const limit = shorterLimit(attemptTimeoutMs, deadlineMs);
  if (!isModelRoute(scope) || limit.ms >= (stream === null ? GENERATION_MS : FIRST_CONTENT_MS)) return;
  yield {
    at: isSetHere(scope, limit.path) ? limit.path : 'match.path',
    message: `${limit.what}${formatAsked(scope.policy, limit)} times out after ${scope.words.ms(limit.ms)}, and a model takes longer to generate some hundred tokens: the response is lost${paid === null ? '' : ', and paid for'}. Raise the ${limit.name}, or assume the latencies of the model.`,
    confidence: 'medium',
    related: relatedTo(scope, limit.path),
  };
}

/** Some 360 tokens at 28 ms each. */
const GENERATION_MS = 10_000;
const FIRST_CONTENT_MS = 2000;

/** Whether a promise may ask for the early timeout: one of shares, or of a longest duration in which a slow response does not come. */
function isBound({policy: {objective}}: Scope, slowMs: number): boolean {
  const {p50, p95, p99, max = Infinity} = objective?.latencyMs ?? {};
  return (objective?.successRatio ?? p50 ?? p95 ?? p99) !== undefined || slowMs > max;
}

/** A stream is the answer at its first content, so the assumed latency is the time to it. */
function* lateContent(scope: Scope, p50 = 0): Iterable<Draft> {
  const {stream, paid} = scope.policy;
  const limitMs = stream?.commit === 'content' ? stream.firstContentMs : null;
  if (limitMs === null || limitMs >= p50) return;
  yield {
    at: mostSpecific(scope, 'stream.firstContentMs', 'objective'),
    message: `A stream without content for ${scope.words.ms(limitMs)} fails, and the assumed p50 is ${scope.words.ms(p50)}: at least half of the good streams may be lost${paid === null ? '' : ', and paid for'}. Raise firstContentMs.`,
    related: relatedTo(scope, 'objective.assume.latencyMs.p50'),
  };
}

/** Under `paid` the timeout of an attempt grows with the output that the request asks for, up to the deadline. */
function formatAsked({paid}: Policy, {path, ms}: TimeLimit): string {
  const perTokenMs = paid?.attemptTimeoutPerOutputTokenMs ?? null;
  if (path === 'deadlineMs' || perTokenMs === null) return '';
  return ` that asks for fewer than ${Math.ceil(ms / perTokenMs)} output tokens`;
}

/** Suggests the highest assumed percentile, but not the median, which would still lose half of the responses. */
function longer(scope: Scope, {p95, p99}: LatencyQuantiles): Pick<Draft, 'fix'> {
  const {policy} = scope;
  const slow = p99 ?? p95;
  if (slow === undefined) return {};
  const value = Math.ceil(slow);
  const name = p99 === undefined ? 'p95' : 'p99';
  if (policy.deadlineMs !== null && policy.deadlineMs < value) return {};
  const title = `${formatChange(scope, 'attemptTimeoutMs', value)}, the assumed ${name}`;
  return {fix: assign(title, 'attemptTimeoutMs', value)};
}

const lateColdStart: FormerCheck = {
  formerly: 'RL317',
  severity: 'info',
  confidence: 'low',
  needs: ['endpoints'],
  fields: ['deadlineMs', 'endpoints'],
  reads: ['match'],

  *check(scope): Iterable<Draft> {
    const {deadlineMs, endpoints} = scope.policy;
    if (deadlineMs === null || deadlineMs > LOAD_MS || endpoints?.length !== 1) return;
    const [{name, readyPath}] = endpoints as readonly [(typeof endpoints)[number]];
    if (!readyPath || !(MODEL_READY.test(readyPath) || isModelRoute(scope) || buildsOn(scope, 'steadfetch:llm')))
      return;
    yield {
      at: 'deadlineMs',
      message: `A call that finds ${name} not ready waits until its deadline of ${scope.words.ms(deadlineMs)}, and to load a model takes minutes: if ${name} scales to zero, the calls that start it are refused. Raise deadlineMs, if it does.`,
      related: relatedTo(scope, 'endpoints'),
    };
  },
};

/** Two minutes: less than a model of tens of gigabytes takes from a disk on the network. */
const LOAD_MS = 120_000;

/** The readiness of a model server in the Open Inference Protocol: KServe, Triton, OpenVINO. */
const MODEL_READY = /^\/v2\/(?:health|models\/[^/]+)\/ready$/;

export const timeoutBelowLatency: Rule = builtIn('RL310', belowLatency, lateColdStart);

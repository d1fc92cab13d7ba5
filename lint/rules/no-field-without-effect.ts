import type {Backoff} from '../../src/policy/types.ts';
import {mayRetry, retriesThrottled} from '../analysis/retryability.ts';
import type {Layer} from '../model/layer.ts';
import type {Model} from '../model/model.ts';
import type {Scope} from '../model/scope.ts';
import {setterOf, valueAt} from '../model/setter.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const fieldWithoutEffect: Rule = defineRule({
  code: 'RL405',
  name: 'no-field-without-effect',
  category: 'correctness',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Write no field that changes nothing',
  why: `
A field that another one switches off looks like a decision. Whoever changes it wonders why nothing happens; whoever reads it counts
on it. Either it is a leftover and can go, or the field that switches it off is the mistake.

A field at the top is only flagged if it has no effect in any route either. Calls with options of their own are not in the file: one that
asks for \`maxAttempts: 3\` waits by this backoff, which is why the fix is unsafe.
`,
  sources: [
    {title: 'The policy file', url: 'docs/policy.md'},
    {
      title: 'Dapr, Retry resiliency policies: fields that a policy kind ignores',
      url: 'https://docs.dapr.io/operations/resiliency/policies/retries/retries-overview/',
    },
  ],
  bad: [
    {
      name: 'a backoff for one attempt',
      text: '{\n  "maxAttempts": 1,\n  "backoff": {"baseMs": 200}\n}\n',
      findings: [
        {message: 'backoff has no effect: maxAttempts is 1, so nothing is resent.', at: '3:3', marks: '"backoff"'},
      ],
      fixed: '{\n  "maxAttempts": 1\n}\n',
    },
    {
      name: 'a longest hint, and hints that are ignored',
      text: '{\n  "retryAfter": {\n    "honor": false,\n    "maxMs": 5000\n  }\n}\n',
      findings: [
        {
          message: 'retryAfter.maxMs has no effect: retryAfter.honor is false, so no hint is heard.',
          at: '4:5',
          marks: '"maxMs"',
        },
      ],
      fixed: '{\n  "retryAfter": {\n    "honor": false\n  }\n}\n',
    },
    {
      name: 'a factor that decorrelated jitter never looks at',
      text: '{\n  "backoff": {"factor": 3, "jitter": "decorrelated"}\n}\n',
      findings: [
        {
          message: 'backoff.factor has no effect: decorrelated jitter takes each wait from the one before.',
          at: '2:15',
          marks: '"factor"',
        },
      ],
      fixed: '{\n  "backoff": {"jitter": "decorrelated"}\n}\n',
    },
    {
      name: 'a hedge that comes after the timeout',
      text: '{\n  "attemptTimeoutMs": 1000,\n  "hedge": {"delayMs": 1500}\n}\n',
      findings: [
        {
          message: 'hedge has no effect: its delay of 1500 ms is over after the attempt timeout of 1000 ms.',
          at: '3:3',
          marks: '"hedge"',
        },
      ],
    },
    {
      name: 'a bucket that never holds enough for a resend',
      text: '{\n  "budget": {"kind": "token-bucket", "capacity": 4}\n}\n',
      findings: [
        {
          message:
            'budget refuses every resend: a resend takes 14 tokens, 5 after a throttled answer, and the bucket holds 4; maxAttempts might as well be 1.',
          at: '2:3',
          marks: '"budget"',
        },
      ],
    },
    {
      name: 'a header for a deadline that is not there',
      text: '{\n  "maxAttempts": 1,\n  "deadlineMs": null,\n  "deadlineHeader": "x-deadline-ms"\n}\n',
      findings: [
        {
          message: 'deadlineHeader has no effect: there is no deadline, so there is nothing to send.',
          at: '4:3',
          marks: '"deadlineHeader"',
        },
      ],
      fixed: '{\n  "maxAttempts": 1,\n  "deadlineMs": null\n}\n',
    },
  ],
  good: [
    {
      name: 'a backoff that a route uses',
      text: '{\n  "maxAttempts": 1,\n  "backoff": {"baseMs": 200},\n  "routes": [{"match": {"methods": ["GET"]}, "maxAttempts": 3}]\n}\n',
    },
    {
      name: 'a budget from which a route has its ratio',
      text: '{\n  "maxAttempts": 1,\n  "budget": {"kind": "ratio", "ratio": 0.5},\n  "routes": [{"match": {}, "maxAttempts": 2, "budget": {"minPerSecond": 1}}]\n}\n',
    },
    {name: 'what is switched off says so', text: '{\n  "maxAttempts": null,\n  "budget": null,\n  "hedge": null\n}\n'},
  ],

  judges: [],
  reads: [
    'attemptTimeoutMs',
    'backoff',
    'budget',
    'deadlineHeader',
    'deadlineMs',
    'hedge',
    'idempotency',
    'maxAttempts',
    'retryAfter',
    'retryOn',
  ],

  *checkFile({scopes}: Model): Iterable<Draft & {scope: Scope}> {
    for (const candidate of CANDIDATES) {
      // To find who sets a field takes much longer than to see that it has an effect.
      if (scopes.every(scope => candidate.inert(scope) === undefined)) continue;
      for (const [layer, users] of usersOf(candidate.path, scopes)) {
        const scope = users.find(({own}) => own === layer) ?? users[0]!;
        const why = candidate.inert(scope);
        if (why === undefined || !users.every(user => candidate.inert(user) !== undefined)) continue;
        const {path} = candidate;
        yield {
          scope,
          at: path,
          message: `${path} ${candidate.says ?? 'has no effect'}: ${why}.`,
          ...(candidate.says === undefined ? {tag: 'unnecessary'} : {}),
          ...(candidate.isRemovable ? {fix: {title: `Remove ${path}`, changes: [{do: 'remove', path}]}} : {}),
        };
      }
    }
  },
});

/** The scopes whose value, or a field of it, a layer of this file sets, by layer. */
function usersOf(path: string, scopes: readonly Scope[]): ReadonlyMap<Layer, readonly Scope[]> {
  const users = new Map<Layer, Scope[]>();
  for (const scope of scopes) {
    for (const layer of settersOf(path, scope)) {
      const known = users.get(layer);
      if (known === undefined) users.set(layer, [scope]);
      else known.push(scope);
    }
  }
  return users;
}

/** A route that sets one field of a budget has the others from above. */
function settersOf(path: string, scope: Scope): ReadonlySet<Layer> {
  const fields = Object.keys(Object(valueAt(scope.policy, path.split('.')))).map(field => `${path}.${field}`);
  const setters = [path, ...fields].map(each => setterOf(scope, each));
  return new Set(
    setters.flatMap(setter => (setter.by === 'layer' && setter.layer.entry === undefined ? [setter.layer] : [])),
  );
}

interface Candidate {
  readonly path: string;
  /** A clause that says what keeps the field from having an effect; undefined where it has one. */
  readonly inert: (scope: Scope) => string | undefined;
  /** What is said of the field, where that it has no effect is not the point. */
  readonly says?: string;
  /** Whatever the field says, it has no effect, so it can go. That is unsafe: a single call may set what switches the field off. */
  readonly isRemovable?: true;
}

const withoutResends = (path: 'backoff' | 'budget' | 'hedge'): Candidate => ({
  path,
  isRemovable: true,
  inert: scope => {
    const {maxAttempts} = scope.policy;
    if (mayRetry(scope) || scope.policy[path] === null) return undefined;
    return maxAttempts === null
      ? 'maxAttempts is null, so nothing is resent'
      : 'maxAttempts is 1, so nothing is resent';
  },
});

const whenIgnored = (field: 'maxMs' | 'scope'): Candidate => ({
  path: `retryAfter.${field}`,
  isRemovable: true,
  inert: ({policy}) => (policy.retryAfter.honor ? undefined : 'retryAfter.honor is false, so no hint is heard'),
});

const whenDecorrelated = (field: 'factor' | 'stepMs', kind: Backoff['kind']): Candidate => ({
  path: `backoff.${field}`,
  isRemovable: true,
  inert: ({policy: {backoff}}) =>
    backoff.jitter === 'decorrelated' && backoff.kind === kind
      ? 'decorrelated jitter takes each wait from the one before'
      : undefined,
});

const CANDIDATES: readonly Candidate[] = [
  withoutResends('backoff'),
  withoutResends('budget'),
  withoutResends('hedge'),
  whenIgnored('maxMs'),
  whenIgnored('scope'),
  whenDecorrelated('factor', 'exponential'),
  whenDecorrelated('stepMs', 'linear'),
  {
    path: 'backoff.throttledBaseMs',
    isRemovable: true,
    inert: scope =>
      !mayRetry(scope) || retriesThrottled(scope.policy) ? undefined : 'retryOn lists no answer that asks for less',
  },
  {
    path: 'hedge',
    inert: ({policy: {hedge, attemptTimeoutMs}}) => {
      if (hedge?.maxLoadRatio === 0) return 'its maxLoadRatio is 0, so no hedge is ever sent';
      if (hedge?.delayMs === undefined || attemptTimeoutMs === null || hedge.delayMs < attemptTimeoutMs)
        return undefined;
      return `its delay of ${hedge.delayMs} ms is over after the attempt timeout of ${attemptTimeoutMs} ms`;
    },
  },
  {
    path: 'budget',
    says: 'refuses every resend',
    inert: scope => {
      const {budget} = scope.policy;
      if (budget === null || !mayRetry(scope)) return undefined;
      if (budget.kind === 'ratio') {
        const isEmpty = budget.ratio === 0 && budget.minPerSecond === 0;
        return isEmpty ? 'its ratio and its minPerSecond are 0, so maxAttempts might as well be 1' : undefined;
      }
      const {capacity, retryCost, throttledCost} = budget;
      if (capacity >= Math.min(retryCost, throttledCost)) return undefined;
      return `a resend takes ${retryCost} tokens, ${throttledCost} after a throttled answer, and the bucket holds ${capacity}; maxAttempts might as well be 1`;
    },
  },
  {
    path: 'idempotency',
    inert: ({policy: {idempotency}}) =>
      idempotency?.methods.length === 0 ? 'it names no method, so no key is ever made' : undefined,
  },
  {
    path: 'deadlineHeader',
    isRemovable: true,
    inert: ({policy: {deadlineMs, deadlineHeader}}) =>
      deadlineMs === null && deadlineHeader !== null ? 'there is no deadline, so there is nothing to send' : undefined,
  },
];

import {INERT_FIELDS} from '../analysis/inert-fields.ts';
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
  summary: 'Remove fields that have no effect',
  documentation: () => ({
    why: `
A field without effect misleads readers, and a change to it does nothing. Either the field is a leftover, or the field that disables it is
the mistake.

A field at the top is reported only if it has no effect in any route. Options of single calls are not in the file: a call with
\`maxAttempts: 3\` uses this backoff, so the fix is unsafe.
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
          {message: 'backoff has no effect: maxAttempts is 1, so nothing is retried.', at: '3:3', marks: '"backoff"'},
        ],
        fixed: '{\n  "maxAttempts": 1\n}\n',
      },
      {
        name: 'a maximum for a Retry-After that is ignored',
        text: '{\n  "retryAfter": {\n    "honor": false,\n    "maxMs": 5000\n  }\n}\n',
        findings: [
          {
            message: 'retryAfter.maxMs has no effect: retryAfter.honor is false, so Retry-After is ignored.',
            at: '4:5',
            marks: '"maxMs"',
          },
        ],
        fixed: '{\n  "retryAfter": {\n    "honor": false\n  }\n}\n',
      },
      {
        name: 'a factor with decorrelated jitter',
        text: '{\n  "backoff": {"factor": 3, "jitter": "decorrelated"}\n}\n',
        findings: [
          {
            message: 'backoff.factor has no effect: decorrelated jitter computes each wait from the previous one.',
            at: '2:15',
            marks: '"factor"',
          },
        ],
        fixed: '{\n  "backoff": {"jitter": "decorrelated"}\n}\n',
      },
      {
        name: 'a hedge delay above the attempt timeout',
        text: '{\n  "attemptTimeoutMs": 1000,\n  "hedge": {"delayMs": 1500}\n}\n',
        findings: [
          {
            message: 'hedge has no effect: its delay of 1500 ms is above the attempt timeout of 1000 ms.',
            at: '3:3',
            marks: '"hedge"',
          },
        ],
      },
      {
        name: 'a bucket smaller than the cost of a retry',
        text: '{\n  "budget": {"kind": "token-bucket", "capacity": 4}\n}\n',
        findings: [
          {
            message:
              'budget refuses every retry: a retry takes 14 tokens, 5 after a throttled response, and the bucket holds 4. Raise capacity.',
            at: '2:3',
            marks: '"budget"',
          },
        ],
      },
      {
        name: 'a wait for the quota beyond the deadline',
        text: '{\n  "deadlineMs": 30000,\n  "quota": {"learn": true, "maxWaitMs": 120000}\n}\n',
        findings: [
          {
            message:
              'quota.maxWaitMs has no effect: no attempt waits beyond the deadline of 30000 ms, and 120000 ms is not below it.',
            at: '3:28',
            marks: '"maxWaitMs"',
          },
        ],
        fixed: '{\n  "deadlineMs": 30000,\n  "quota": {"learn": true}\n}\n',
      },
      {
        name: 'fields for retries of a call that is sent once',
        text: '{\n  "maxAttempts": 1,\n  "nested": "yield",\n  "attemptHeader": "x-attempt"\n}\n',
        findings: [
          {message: 'nested has no effect: maxAttempts is 1, so nothing is retried.', at: '3:3', marks: '"nested"'},
          {
            message: 'attemptHeader is 1 in every request: maxAttempts is 1, so nothing is retried.',
            at: '4:3',
            marks: '"attemptHeader"',
          },
        ],
        fixed: '{\n  "maxAttempts": 1\n}\n',
      },
      {
        name: 'an attempt timeout that is to grow, and is not set',
        text: '{\n  "maxAttempts": 1,\n  "attemptTimeoutMs": null,\n  "paid": {"attemptTimeoutPerOutputTokenMs": 28}\n}\n',
        findings: [
          {
            message:
              'paid.attemptTimeoutPerOutputTokenMs has no effect: attemptTimeoutMs is null, so there is no timeout that could grow.',
            at: '4:12',
            marks: '"attemptTimeoutPerOutputTokenMs"',
          },
        ],
        fixed: '{\n  "maxAttempts": 1,\n  "attemptTimeoutMs": null,\n  "paid": {}\n}\n',
      },
      {
        name: 'a limit for a stream that is not held',
        text: '{\n  "stream": {"commit": "headers", "firstContentMs": 5000}\n}\n',
        findings: [
          {
            message: 'stream.firstContentMs has no effect: stream.commit is "headers", so no stream is held.',
            at: '2:35',
            marks: '"firstContentMs"',
          },
        ],
        fixed: '{\n  "stream": {"commit": "headers"}\n}\n',
      },
      {
        name: 'a header without a deadline',
        text: '{\n  "maxAttempts": 1,\n  "deadlineMs": null,\n  "deadlineHeader": "x-deadline-ms"\n}\n',
        findings: [
          {
            message: 'deadlineHeader has no effect: deadlineMs is null, so the header is not sent.',
            at: '4:3',
            marks: '"deadlineHeader"',
          },
        ],
        fixed: '{\n  "maxAttempts": 1,\n  "deadlineMs": null\n}\n',
      },
      {
        name: 'failover without endpoints',
        text: '{\n  "name": "orders",\n  "failover": {"sharedKeys": true}\n}\n',
        findings: [
          {message: 'failover has no effect: there are no endpoints to go to.', at: '3:3', marks: '"failover"'},
        ],
        fixed: '{\n  "name": "orders"\n}\n',
      },
      {
        name: 'a balance of ranks of one endpoint each',
        text: '{\n  "endpoints": [\n    {"name": "eu", "origin": "https://eu.example"},\n    {"name": "us", "origin": "https://us.example", "rank": 2}\n  ],\n  "failover": {"sharedKeys": true, "balance": "p2c-ewma"}\n}\n',
        findings: [
          {
            message: 'failover.balance has no effect: no two endpoints have one rank.',
            at: '6:36',
            marks: '"balance"',
          },
        ],
        fixed:
          '{\n  "endpoints": [\n    {"name": "eu", "origin": "https://eu.example"},\n    {"name": "us", "origin": "https://us.example", "rank": 2}\n  ],\n  "failover": {"sharedKeys": true}\n}\n',
      },
      {
        name: 'an ejection of no endpoint',
        text: '{\n  "endpoints": [\n    {"name": "eu", "origin": "https://eu.example"},\n    {"name": "us", "origin": "https://us.example"}\n  ],\n  "failover": {"sharedKeys": true, "ejection": {"minCalls": 50}}\n}\n',
        findings: [
          {
            message: 'failover.ejection has no effect: its maxEjectedShare is 0, so no endpoint is ejected.',
            at: '6:36',
            marks: '"ejection"',
          },
        ],
        fixed:
          '{\n  "endpoints": [\n    {"name": "eu", "origin": "https://eu.example"},\n    {"name": "us", "origin": "https://us.example"}\n  ],\n  "failover": {"sharedKeys": true}\n}\n',
      },
      {
        name: 'one endpoint',
        text: '{\n  "endpoints": [{"name": "eu", "origin": "https://eu.example"}]\n}\n',
        findings: [
          {
            message:
              'endpoints has no effect: it lists one alone, so a call can go nowhere else, and no readyPath to wait for.',
            at: '2:3',
            marks: '"endpoints"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'a backoff that a route uses',
        text: '{\n  "maxAttempts": 1,\n  "backoff": {"baseMs": 200},\n  "routes": [{"match": {"methods": ["GET"]}, "maxAttempts": 3}]\n}\n',
      },
      {
        name: 'a budget whose ratio a route inherits',
        text: '{\n  "maxAttempts": 1,\n  "budget": {"kind": "ratio", "ratio": 0.5},\n  "routes": [{"match": {}, "maxAttempts": 2, "budget": {"minPerSecond": 1}}]\n}\n',
      },
      {
        name: 'one endpoint that warms up',
        text: '{\n  "endpoints": [{"name": "model", "origin": "https://model.example", "readyPath": "/health"}]\n}\n',
      },
      {
        name: 'a failover whose endpoints a route lists',
        text: '{\n  "failover": {"stickyMs": 60000},\n  "routes": [\n    {"match": {"methods": ["GET"]}, "endpoints": [{"name": "eu", "origin": "https://eu.example"}, {"name": "us", "origin": "https://us.example", "rank": 2}]}\n  ]\n}\n',
      },
      {
        name: 'fields that are switched off',
        text: '{\n  "maxAttempts": null,\n  "budget": null,\n  "hedge": null\n}\n',
      },
    ],
  }),

  fields: [],
  reads: [
    'attemptHeader',
    'attemptTimeoutMs',
    'backoff',
    'budget',
    'deadlineHeader',
    'deadlineMs',
    'endpoints',
    'failover',
    'hedge',
    'idempotency',
    'maxAttempts',
    'match',
    'nested',
    'objective',
    'paid',
    'quota',
    'retryAfter',
    'retryOn',
    'stream',
  ],

  *checkFile({scopes}: Model): Iterable<Draft & {scope: Scope}> {
    for (const candidate of INERT_FIELDS) {
      // This check is much faster than finding the layer that sets a field.
      if (scopes.every(scope => candidate.inert(scope) === undefined)) continue;
      for (const [layer, users] of usersOf(candidate.path, scopes)) {
        const scope = users.find(({own}) => own === layer) ?? users[0]!;
        const why = candidate.inert(scope);
        if (why === undefined || !users.every(user => candidate.inert(user) !== undefined)) continue;
        const {path} = candidate;
        yield {
          scope,
          at: path,
          message: `${path} ${candidate.effect ?? 'has no effect'}: ${why}.`,
          ...(candidate.effect === undefined ? {tag: 'unnecessary'} : {}),
          ...(candidate.isRemovable ? {fix: {title: `Remove ${path}`, changes: [{do: 'remove', path}]}} : {}),
        };
      }
    }
  },
});

/** The scopes of each layer of this file that sets their value, or a field of it. */
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

/** A route that sets one field of a budget inherits the others. */
function settersOf(path: string, scope: Scope): ReadonlySet<Layer> {
  const fields = Object.keys(Object(valueAt(scope.policy, path.split('.')))).map(field => `${path}.${field}`);
  const setters = [path, ...fields].map(each => setterOf(scope, each));
  return new Set(
    setters.flatMap(setter => (setter.by === 'layer' && setter.layer.entry === undefined ? [setter.layer] : [])),
  );
}

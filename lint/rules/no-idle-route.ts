import {namedNonIdempotent} from '../analysis/retryability.ts';
import {mayMeet} from '../analysis/route-cover.ts';
import {equalJson} from '../canonical.ts';
import type {Model} from '../model/model.ts';
import type {Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const idleRoute: Rule = defineRule({
  code: 'RL603',
  name: 'no-idle-route',
  category: 'hygiene',
  severity: 'info',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Remove routes that change nothing',
  documentation: () => ({
    why: `
If all settings of a route equal those of the file, the route is a leftover, and readers have to check it at each change.

A name counts as a change, because telemetry and breakers of scope route use it. A route that keeps calls from a later route also
counts.
`,
    sources: [{title: 'The policy file: routes', url: 'docs/policy.md#routes'}],
    bad: [
      {
        name: 'the settings of the file',
        text: '{\n  "deadlineMs": 9000,\n  "attemptTimeoutMs": 2000,\n  "routes": [\n    {"match": {"path": "/v1/a"}, "maxAttempts": 2},\n    {"match": {"path": "/v1/b"}, "deadlineMs": 9000}\n  ]\n}\n',
        findings: [
          {
            message: 'Route * /v1/b changes nothing: its calls have the same settings without it. Remove it.',
            at: '6:6',
            marks: '"match"',
          },
        ],
        fixed:
          '{\n  "deadlineMs": 9000,\n  "attemptTimeoutMs": 2000,\n  "routes": [\n    {"match": {"path": "/v1/a"}, "maxAttempts": 2}\n  ]\n}\n',
      },
    ],
    good: [
      {
        name: 'a POST, which states that its calls were thought of',
        text: '{\n  "routes": [{"match": {"methods": ["POST"], "path": "/v1/orders"}}]\n}\n',
      },
      {name: 'a name', text: '{\n  "routes": [{"match": {"path": "/v1/search"}, "name": "search"}]\n}\n'},
      {
        name: 'an exception to the next route',
        text: '{\n  "routes": [\n    {"match": {"path": "/v1/search"}, "maxAttempts": 3},\n    {"match": {"path": "/v1/**"}, "maxAttempts": 1}\n  ]\n}\n',
      },
    ],
  }),

  needs: ['routes'],
  fields: [],
  reads: [''],

  *checkFile({scopes: [top, ...routes]}: Model): Iterable<Draft & {scope: Scope}> {
    for (const [index, scope] of routes.entries()) {
      const {own, policy, match = {}} = scope;
      if (own.entry !== undefined || own.data.name !== undefined || hasSlips(own)) continue;
      // A route that names POST states that its calls were thought of.
      if (match.methods !== undefined && namedNonIdempotent(scope).length > 0) continue;
      if (!equalJson({...policy, name: ''}, {...top!.policy, name: ''})) continue;
      if (routes.slice(index + 1).some(next => mayMeet(match, next.match ?? {}))) continue;
      const message = `${scope.title.replace(/^r/, 'R')} changes nothing: its calls have the same settings without it. Remove it.`;
      yield {
        scope,
        at: 'match',
        message,
        tag: 'unnecessary',
        fix: {title: 'Remove the route', changes: [{do: 'remove', path: ''}]},
      };
    }
  },
});

/** An invalid setting was meant to change something. */
const hasSlips = ({shape, base}: Scope['own']): boolean =>
  [...(shape?.invalid ?? [])].some(path => path.startsWith(`${base}.`)) ||
  (shape?.problems ?? []).some(({path}) => path.startsWith(`${base}.`));

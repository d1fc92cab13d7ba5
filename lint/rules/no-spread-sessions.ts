import {formatList} from '../analysis/format.ts';
import {rankedEndpoints} from '../analysis/ranks.ts';
import {settingHere} from '../analysis/setting.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const spreadSessions: Rule = defineRule({
  code: 'RL421',
  name: 'no-spread-sessions',
  category: 'correctness',
  severity: 'info',
  confidence: 'medium',
  summary: 'Keep the calls of a session at one endpoint',
  documentation: () => ({
    why: `
A session, a resumable upload or a scroll lives where it was created. \`failover.sharedKeys\` false says that the endpoints do not share their state. Calls are spread over endpoints of
one rank all the same, so the next call of a session asks an endpoint that does not know it, and gets a 404.

Set \`endpoints\` to null for such a route: each call then goes where its URL says. If the endpoints share the state, set \`sharedKeys\`.
`,
    sources: [{title: 'Failover', url: 'docs/guides/failover.md'}],
    bad: [
      {
        name: 'uploads in two regions',
        text: '{\n  "endpoints": [\n    {"name": "ams", "origin": "https://up-ams.media.example"},\n    {"name": "sjc", "origin": "https://up-sjc.media.example"}\n  ],\n  "routes": [{"match": {"path": "/sessions/**"}, "name": "uploads.sessions"}]\n}\n',
        findings: [
          {
            message:
              'Calls of /sessions/** are spread over ams and sjc, which share no state (failover.sharedKeys is false): what one of them created is unknown to the other. Set endpoints to null for this route, or sharedKeys to true if they share it.',
            at: '6:25',
            marks: '"path"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'a session stays where its URL says',
        text: '{\n  "endpoints": [\n    {"name": "ams", "origin": "https://up-ams.media.example"},\n    {"name": "sjc", "origin": "https://up-sjc.media.example"}\n  ],\n  "routes": [{"match": {"path": "/sessions/**"}, "name": "uploads.sessions", "endpoints": null}]\n}\n',
      },
      {
        name: 'endpoints that share their state',
        text: '{\n  "endpoints": [\n    {"name": "ams", "origin": "https://up-ams.media.example"},\n    {"name": "sjc", "origin": "https://up-sjc.media.example"}\n  ],\n  "failover": {"sharedKeys": true},\n  "routes": [{"match": {"path": "/sessions/**"}, "name": "uploads.sessions"}]\n}\n',
      },
    ],
  }),

  needs: ['endpoints'],
  fields: ['endpoints', 'failover', 'failover.sharedKeys'],
  reads: ['match'],

  *check(scope): Iterable<Draft> {
    const {policy, match} = scope;
    if (policy.endpoints === null || policy.failover.sharedKeys || !STATEFUL.test(match?.path ?? '')) return;
    const endpoints = rankedEndpoints(policy);
    const best = Math.min(...endpoints.map(({rank}) => rank));
    const equals = endpoints.filter(({rank}) => rank === best);
    if (equals.length < 2) return;
    yield {
      at: 'match.path',
      message: `Calls of ${match?.path} are spread over ${formatList(equals.map(({name}) => name))}, which share no state (failover.sharedKeys is false): what one of them created is unknown to the other${equals.length > 2 ? 's' : ''}. Set endpoints to null for this route, or sharedKeys to true if they share it.`,
      related: [{at: 'endpoints', message: 'The endpoints are listed here.'}],
      suggestions: [settingHere(scope, 'endpoints', null)],
    };
  },
});

/** Resources that live where they were created. */
const STATEFUL = /\/(?:cursors?|scrolls?|sessions?|uploads?)(?:\/|$)/i;

import {networkPlaceOf} from '../analysis/network-place.ts';
import {isSetHere} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const plainHttpEndpoints: Rule = defineRule({
  code: 'RL114',
  name: 'no-plain-http-endpoints',
  category: 'safety',
  severity: 'warning',
  confidence: 'high',
  summary: 'Reach every endpoint over TLS',
  documentation: () => ({
    why: `
A call may be sent to any of its endpoints, most of all while one fails. If one of them is reached over plain HTTP, others on the network can then
read the credentials and bodies that are encrypted on every other day.

Reports endpoints with an \`http:\` origin at a public name or address. Loopback addresses and private networks, such as names of a cluster, are not
reported.
`,
    sources: [
      {title: 'Failover', url: 'docs/guides/failover.md'},
      {
        title: 'RFC 9325 (BCP 195), Recommendations for Secure Use of TLS',
        url: 'https://www.rfc-editor.org/rfc/rfc9325',
      },
    ],
    bad: [
      {
        name: 'a spare region over plain HTTP',
        text: '{\n  "endpoints": [\n    {"name": "eu", "origin": "https://eu.example"},\n    {"name": "us", "origin": "http://us.example", "rank": 2}\n  ]\n}\n',
        findings: [
          {
            message:
              'Calls that go to us are not encrypted: others on the network can read and change them, credentials included. Use https.',
            at: '4:20',
            marks: '"origin"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'TLS',
        text: '{\n  "endpoints": [\n    {"name": "eu", "origin": "https://eu.example"},\n    {"name": "us", "origin": "https://us.example", "rank": 2}\n  ]\n}\n',
      },
      {
        name: 'a model on the same machine, and one in the cluster',
        text: '{\n  "endpoints": [\n    {"name": "local", "origin": "http://localhost:11434"},\n    {"name": "cluster", "origin": "http://llama.models.svc:8080", "rank": 2}\n  ]\n}\n',
      },
    ],
  }),

  needs: ['endpoints'],
  fields: ['endpoints'],

  *check(scope): Iterable<Draft> {
    if (!isSetHere(scope, 'endpoints')) return;
    for (const [index, {name, origin}] of (scope.policy.endpoints ?? []).entries()) {
      const url = URL.parse(origin);
      if (url?.protocol !== 'http:' || networkPlaceOf(url.hostname) !== 'public') continue;
      url.protocol = 'https:';
      const path = `endpoints[${index}].origin`;
      yield {
        at: path,
        message: `Calls that go to ${name} are not encrypted: others on the network can read and change them, credentials included. Use https.`,
        suggestions: [
          {
            title: `Set origin to ${url.origin} (the calls must use it too)`,
            changes: [{do: 'set', path, value: url.origin}],
          },
        ],
      };
    }
  },
});

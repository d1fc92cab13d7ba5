import {looksSecret} from '../../src/decide/secret-name.ts';
import {settingHere} from '../analysis/setting.ts';
import {sitesOf} from '../analysis/site.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const credentialsAcrossSites: Rule = defineRule({
  code: 'RL113',
  name: 'no-credentials-across-sites',
  category: 'safety',
  severity: 'error',
  confidence: 'medium',
  summary: 'Do not send the credentials of one company to another',
  documentation: () => ({
    why: `
With \`failover.sharedCredentials\`, a call that moves takes the caller's \`Authorization\`, cookies and API keys along, and one that is named in
\`failover.headers\` or \`failover.query\` goes along, too. That is right for regions of one service. If the endpoints belong to two companies, the credentials for one company are sent to the other, may end up in its logs, and can be used
until they are revoked.

Without \`sharedCredentials\` the credentials of the caller stay at the origin that the caller wrote, and the port \`prepareAttempt\`, which is told the
name of the endpoint, writes those of the others.

Endpoints count as those of one company if their names end in the same registrable domain, such as \`example.com\` or \`example.co.uk\`. If one company
has several, suppress the finding with that reason. IP addresses and private networks are not compared.
`,
    sources: [
      {title: 'Failover', url: 'docs/guides/failover.md#what-never-happens'},
      {
        title: 'RFC 9110, 15.4: credentials that a client removes when it follows a redirect to another origin',
        url: 'https://www.rfc-editor.org/rfc/rfc9110#section-15.4',
      },
      {
        title: 'CWE-201, Insertion of Sensitive Information Into Sent Data',
        url: 'https://cwe.mitre.org/data/definitions/201.html',
      },
    ],
    bad: [
      {
        name: 'two providers of models',
        text: '{\n  "endpoints": [\n    {"name": "openai", "origin": "https://api.openai.com"},\n    {"name": "azure", "origin": "https://eu.openai.azure.com", "rank": 2}\n  ],\n  "failover": {"sharedCredentials": true}\n}\n',
        findings: [
          {
            message:
              'sharedCredentials sends the credentials of the caller to azure.com and openai.com, so each of them gets the secrets of the other. Set it to false, and let prepareAttempt write the credentials of each endpoint.',
            at: '6:16',
            marks: '"sharedCredentials"',
          },
        ],
      },
      {
        name: 'a key that is named',
        text: '{\n  "endpoints": [\n    {"name": "own", "origin": "https://models.example.com"},\n    {"name": "azure", "origin": "https://eu.openai.azure.com", "rank": 2}\n  ],\n  "failover": {"headers": ["x-tenant", "x-api-key"]}\n}\n',
        findings: [
          {
            message:
              'headers sends x-api-key of the caller to azure.com and example.com, so each of them gets the secrets of the other. Take it out, and let prepareAttempt write the credentials of each endpoint.',
            at: '6:16',
            marks: '"headers"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'regions of one service',
        text: '{\n  "endpoints": [\n    {"name": "eu", "origin": "https://eu.api.example.co.uk"},\n    {"name": "us", "origin": "https://us.api.example.co.uk", "rank": 2}\n  ],\n  "failover": {"sharedCredentials": true}\n}\n',
      },
      {
        name: 'a private network',
        text: '{\n  "endpoints": [\n    {"name": "a", "origin": "https://ledger-a.prod.svc"},\n    {"name": "b", "origin": "https://10.0.4.7", "rank": 2}\n  ],\n  "failover": {"sharedCredentials": true}\n}\n',
      },
      {
        name: 'two providers, each with its own credentials',
        text: '{\n  "endpoints": [\n    {"name": "openai", "origin": "https://api.openai.com"},\n    {"name": "azure", "origin": "https://eu.openai.azure.com", "rank": 2}\n  ]\n}\n',
      },
    ],
  }),

  needs: ['endpoints', 'failover'],
  fields: ['endpoints', 'failover', 'failover.sharedCredentials', 'failover.headers', 'failover.query'],

  *check(scope): Iterable<Draft> {
    const {endpoints, failover} = scope.policy;
    if (endpoints === null) return;
    const sites = sitesOf(endpoints);
    if (sites.length < 2) return;
    const gets = `${sites.slice(0, -1).join(', ')} and ${sites.at(-1)}, so each of them gets the secrets of the other${sites.length > 2 ? 's' : ''}`;
    if (failover.sharedCredentials)
      yield {
        at: 'failover.sharedCredentials',
        message: `sharedCredentials sends the credentials of the caller to ${gets}. Set it to false, and let prepareAttempt write the credentials of each endpoint.`,
        suggestions: [settingHere(scope, 'failover.sharedCredentials', false)],
      };
    for (const field of ['headers', 'query'] as const) {
      const named = failover[field].filter(looksSecret);
      if (named.length === 0 || failover.sharedCredentials) continue;
      const them = named.length === 1 ? 'it' : 'them';
      yield {
        at: `failover.${field}`,
        message: `${field} sends ${named.join(', ')} of the caller to ${gets}. Take ${them} out, and let prepareAttempt write the credentials of each endpoint.`,
      };
    }
  },
});

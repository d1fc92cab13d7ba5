import {networkPlaceOf} from '../analysis/network-place.ts';
import {buildsOn} from '../analysis/presets.ts';
import type {Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

const PAYMENTS_PRESET = 'steadfetch:payments';

export const plainHttpPayments: Rule = defineRule({
  code: 'RL108',
  name: 'no-plain-http-payments',
  category: 'safety',
  severity: 'error',
  confidence: 'high',
  summary: 'Send payments over TLS',
  why: `
Over plain HTTP the credentials, the card and the idempotency key of a payment can be read on the way, and its amount can be changed. With
the key the call can be replayed, or another call gets the result of yours. Payment providers refuse such calls,
and PCI DSS forbids them on public networks.

Speaks of routes with an origin of \`http:\` in policies that build on \`${PAYMENTS_PRESET}\`. The same machine is left alone.
Names and addresses of private networks are a warning, since a service mesh may encrypt there; if it does, suppress the finding and
say so.
`,
  sources: [
    {
      title: 'PCI DSS v4.0.1, 4.2.1: strong cryptography on open, public networks',
      url: 'https://www.pcisecuritystandards.org/document_library/?category=pcidss',
    },
    {title: 'Stripe, Authentication: calls over plain HTTP fail', url: 'https://docs.stripe.com/api/authentication'},
    {title: 'RFC 9325 (BCP 195), Recommendations for Secure Use of TLS', url: 'https://www.rfc-editor.org/rfc/rfc9325'},
  ],
  bad: [
    {
      name: 'a provider over plain HTTP',
      text: '{\n  "extends": ["steadfetch:payments"],\n  "routes": [\n    {"match": {"origin": "http://api.pay.example", "path": "/v1/charges"}, "maxAttempts": 2}\n  ]\n}\n',
      findings: [
        {
          message:
            'Payments to http://api.pay.example are sent in the clear: credentials and idempotency keys can be read and changed on the way.',
          at: '4:16',
          marks: '"origin"',
        },
      ],
    },
    {
      name: 'a service in the cluster',
      text: '{\n  "extends": ["steadfetch:payments"],\n  "routes": [\n    {"match": {"origin": "http://ledger.prod.svc:8080"}, "deadlineMs": 20000, "attemptTimeoutMs": 5000}\n  ]\n}\n',
      findings: [
        {
          message:
            'Payments to http://ledger.prod.svc:8080 are sent in the clear, unless a mesh encrypts them: credentials and idempotency keys can be read and changed on the way.',
          at: '4:16',
          marks: '"origin"',
          severity: 'warning',
        },
      ],
    },
  ],
  good: [
    {
      name: 'TLS',
      text: '{\n  "extends": ["steadfetch:payments"],\n  "routes": [{"match": {"origin": "https://api.pay.example"}, "maxAttempts": 2}]\n}\n',
    },
    {
      name: 'a test server on the same machine',
      text: '{\n  "extends": ["steadfetch:payments"],\n  "routes": [{"match": {"origin": "http://localhost:4242"}, "maxAttempts": 2}]\n}\n',
    },
    {
      name: 'a policy that is not about payments',
      text: '{\n  "routes": [{"match": {"origin": "http://status.example"}, "maxAttempts": 2}]\n}\n',
    },
  ],

  fields: ['match.origin'],

  *check(scope): Iterable<Draft> {
    const url = plainUrlOf(scope);
    if (url === undefined || !buildsOn(scope, PAYMENTS_PRESET)) return;
    const place = networkPlaceOf(url.hostname);
    if (place === 'loopback') return;
    const unless = place === 'private' ? ', unless a mesh encrypts them' : '';
    url.protocol = 'https:';
    yield {
      at: 'match.origin',
      message: `Payments to ${scope.match?.origin} are sent in the clear${unless}: credentials and idempotency keys can be read and changed on the way.`,
      ...(place === 'private' ? {severity: 'warning', confidence: 'medium'} : {}),
      suggestions: [
        {
          title: `Match ${url.origin}, once the calls go there`,
          changes: [{do: 'set', path: 'match.origin', value: url.origin, inScope: true}],
        },
      ],
    };
  },
});

function plainUrlOf(scope: Scope): URL | undefined {
  const origin = scope.match?.origin;
  if (origin === undefined || !URL.canParse(origin)) return undefined;
  const url = new URL(origin);
  return url.protocol === 'http:' ? url : undefined;
}

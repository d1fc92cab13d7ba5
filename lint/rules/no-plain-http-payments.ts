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
  documentation: () => ({
    why: `
Over plain HTTP, others on the network can read the credentials, the card and the idempotency key of a payment, and can change its amount.
With the key they can replay the call. Payment providers refuse plain HTTP, and PCI DSS forbids it on public networks.

Reports routes with an \`http:\` origin in policies that extend \`${PAYMENTS_PRESET}\`. Loopback addresses are not reported. Names and
addresses of private networks are a warning, because a service mesh may encrypt the traffic; if it does, suppress the finding with that
reason.
`,
    sources: [
      {
        title: 'PCI DSS v4.0.1, 4.2.1: strong cryptography on open, public networks',
        url: 'https://www.pcisecuritystandards.org/document_library/?category=pcidss',
      },
      {title: 'Stripe, Authentication: calls over plain HTTP fail', url: 'https://docs.stripe.com/api/authentication'},
      {
        title: 'RFC 9325 (BCP 195), Recommendations for Secure Use of TLS',
        url: 'https://www.rfc-editor.org/rfc/rfc9325',
      },
    ],
    bad: [
      {
        name: 'a provider over plain HTTP',
        text: '{\n  "extends": ["steadfetch:payments"],\n  "routes": [\n    {"match": {"origin": "http://api.pay.example", "path": "/v1/charges"}, "maxAttempts": 2}\n  ]\n}\n',
        findings: [
          {
            message:
              'Payments to http://api.pay.example are not encrypted: others on the network can read and change credentials and idempotency keys. Use https.',
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
              'Payments to http://ledger.prod.svc:8080 are not encrypted, unless a service mesh does it: others on the network can read and change credentials and idempotency keys. Use https.',
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
        name: 'a policy without payments',
        text: '{\n  "routes": [{"match": {"origin": "http://status.example"}, "maxAttempts": 2}]\n}\n',
      },
    ],
  }),

  fields: ['match.origin'],

  *check(scope): Iterable<Draft> {
    const url = plainUrlOf(scope);
    if (url === undefined || !buildsOn(scope, PAYMENTS_PRESET)) return;
    const place = networkPlaceOf(url.hostname);
    if (place === 'loopback') return;
    const unless = place === 'private' ? ', unless a service mesh does it' : '';
    url.protocol = 'https:';
    yield {
      at: 'match.origin',
      message: `Payments to ${scope.match?.origin} are not encrypted${unless}: others on the network can read and change credentials and idempotency keys. Use https.`,
      ...(place === 'private' ? {severity: 'warning', confidence: 'medium'} : {}),
      suggestions: [
        {
          title: `Match ${url.origin} (the calls must use it too)`,
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

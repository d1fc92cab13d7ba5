import {keyHeaderOf} from '../analysis/key-header.ts';
import {isKeyed, namedMethods} from '../analysis/retryability.ts';
import {settingHere} from '../analysis/setting.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const ignoredKeyHeader: Rule = defineRule({
  code: 'RL117',
  name: 'no-ignored-key-header',
  category: 'safety',
  severity: 'error',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Send the key in the header that the vendor reads',
  documentation: () => ({
    why: `
Most servers deduplicate by \`Idempotency-Key\`. Some read a header of their own, and ignore that one: PayPal, Checkout.com, Klarna, Amazon Pay and YooKassa. An
\`idempotency\` block then states a protection that does not exist, and each POST that timed out is carried out again.
`,
    sources: [
      {title: 'PayPal, Idempotency', url: 'https://developer.paypal.com/api/rest/reference/idempotency/'},
      {title: 'Checkout.com, Idempotency', url: 'https://www.checkout.com/docs/developer-resources/api/idempotency'},
      {
        title: 'Klarna, Idempotency',
        url: 'https://docs.klarna.com/klarna-network-distribution/setup-your-integration/integration-resilience/idempotency',
      },
      {title: 'Amazon Pay, Idempotency', url: 'https://developer.amazon.com/docs/amazon-pay-api-v2/idempotency.html'},
    ],
    bad: [
      {
        name: 'the default header, sent to PayPal',
        text: '{\n  "routes": [\n    {\n      "match": {"origin": "https://api-m.paypal.com", "methods": ["POST"], "path": "/v2/checkout/orders"},\n      "idempotency": {"header": "Idempotency-Key", "methods": ["POST"]}\n    }\n  ]\n}\n',
        findings: [
          {
            message:
              'PayPal deduplicates by PayPal-Request-Id and ignores Idempotency-Key: a call that is retried after a timeout may be carried out twice. Set idempotency.header to "PayPal-Request-Id".',
            at: '5:23',
            marks: '"header"',
          },
        ],
        fixed:
          '{\n  "routes": [\n    {\n      "match": {"origin": "https://api-m.paypal.com", "methods": ["POST"], "path": "/v2/checkout/orders"},\n      "idempotency": {"header": "PayPal-Request-Id", "methods": ["POST"]}\n    }\n  ]\n}\n',
      },
    ],
    good: [
      {
        name: 'the header of PayPal',
        text: '{\n  "extends": ["steadfetch:payments"],\n  "idempotency": {"header": "PayPal-Request-Id", "methods": ["POST"]},\n  "routes": [\n    {"match": {"origin": "https://api-m.paypal.com", "methods": ["POST"], "path": "/v2/checkout/orders"}, "name": "paypal.create"}\n  ]\n}\n',
      },
      {
        name: 'a server that reads the default header',
        text: '{\n  "extends": ["steadfetch:payments"],\n  "routes": [{"match": {"origin": "https://api.stripe.com", "methods": ["POST"], "path": "/v1/charges"}, "name": "stripe.charge"}]\n}\n',
      },
    ],
  }),

  needs: ['idempotency'],
  fields: ['idempotency', 'idempotency.header'],
  reads: ['endpoints', 'match'],

  *check(scope): Iterable<Draft> {
    const {policy, match} = scope;
    const {idempotency, endpoints} = policy;
    if (idempotency === null || idempotency.methods.length === 0) return;
    if (namedMethods(scope)?.some(method => isKeyed(policy, method)) === false) return;
    const origins = [
      ...(match?.origin === undefined ? [] : [match.origin]),
      ...(endpoints ?? []).map(({origin}) => origin),
    ];
    const [known] = origins.flatMap(origin => keyHeaderOf(origin) ?? []);
    if (known === undefined || known.header.toLowerCase() === idempotency.header.toLowerCase()) return;
    yield {
      at: 'idempotency.header',
      message: `${known.vendor} deduplicates by ${known.header} and ignores ${idempotency.header}: a call that is retried after a timeout may be carried out twice. Set idempotency.header to "${known.header}".`,
      related: match?.origin === undefined ? [] : [{at: 'match.origin', message: 'The server is named here.'}],
      fix: settingHere(scope, 'idempotency.header', known.header),
    };
  },
});

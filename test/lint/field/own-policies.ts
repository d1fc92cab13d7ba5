/** Policies for payments, tokens and services of one’s own. */

import {declared, type FieldPolicy, posted} from './policy.ts';

export const ownPolicies: readonly FieldPolicy[] = [
  {
    name: 'Stripe: a key on every POST',
    policy: {
      idempotency: {},
      retryOn: [409, 429, '5xx', 'network', 'timeout'],
      routes: posted('/v1/payment_intents', '/v1/charges', '/v1/refunds'),
    },
    finds: [],
    not: ['RL101', 'RL102'],
  },
  {
    name: 'Stripe: POST is declared for the whole origin',
    policy: {routes: [{match: {methods: ['POST'], origin: 'https://api.stripe.com'}, idempotentMethods: ['POST']}]},
    finds: ['RL101 error routes[0].match.methods'],
    not: [],
  },
  {
    name: 'Stripe, Adyen and PayPal: payments with the default triggers',
    policy: {routes: posted('/v1/charges', '/v71/payments', '/v2/checkout/orders', '/v1/payment_intents/*/capture')},
    finds: [],
    not: ['RL101'],
  },
  {
    name: 'Stripe, Adyen and PayPal: payments whose routes list triggers',
    policy: {
      routes: posted('/v1/charges', '/v71/payments', '/v2/checkout/orders', '/v1/payment_intents/*/capture').map(
        route => ({...route, retryOn: [429, 503]}),
      ),
    },
    finds: [0, 1, 2, 3].map(index => `RL101 error routes[${index}].match.methods`),
    not: [],
  },
  {
    name: 'Square and Shopify: what has the word order in it and only asks',
    policy: {routes: declared('/v2/orders/search', '/v2/orders/batch-retrieve', '/paymentMethods/search')},
    finds: [],
    not: ['RL101'],
  },
  {
    name: 'OAuth: introspection asks, a token may be good for one use',
    policy: {routes: declared('/oauth2/introspect', '/oauth2/token')},
    finds: ['RL101 info routes[1].match.methods'],
    not: [],
    unfixed: ['RL101'],
  },
  {
    name: 'an own service: a lookup whose path says nothing',
    policy: {routes: declared('/v2/recommendations')},
    finds: ['RL101 info routes[0].match.methods'],
    not: [],
    unfixed: ['RL101'],
  },
  {
    name: 'an own service: words that only begin like a deed',
    policy: {routes: declared('/v1/payloads/validate', '/v1/borders/lookup', '/v1/sendmail-stats/search')},
    finds: [],
    not: ['RL101'],
  },
  {
    name: 'an own service: deeds',
    policy: {routes: declared('/checkout', '/accounts/*/deposit', '/orders/*/items', '/api/createInvoice', '/v1/sms')},
    finds: [0, 1, 2, 3, 4].map(index => `RL101 error routes[${index}].match.methods`),
    not: [],
  },
  {
    name: 'an own service: a hedge on a lookup, and on a deed',
    policy: {
      retryOn: [429],
      routes: [
        {match: {methods: ['POST'], path: '/v1/search'}, idempotentMethods: ['POST'], hedge: {quantile: 0.95}},
        {match: {methods: ['POST'], path: '/v2/recommendations'}, idempotentMethods: ['POST'], hedge: {quantile: 0.95}},
        {match: {methods: ['POST'], path: '/v1/orders'}, idempotentMethods: ['POST'], hedge: {quantile: 0.95}},
      ],
    },
    finds: ['RL101 info routes[1].hedge', 'RL101 error routes[2].hedge'],
    not: [],
  },
];

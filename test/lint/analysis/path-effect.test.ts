/** What the path of a route says of a second request. */

import {expect} from 'chai';
import {knownReads} from '../../../lint/analysis/known-reads.ts';
import {knownWrites} from '../../../lint/analysis/known-writes.ts';
import {actingWordOf, effectOf, isBroad} from '../../../lint/analysis/path-effect.ts';

const paths = {
  harmless: [
    '/transactions/enrich',
    '/v1/transaction/enrich',
    '/0/private/OpenOrders',
    '/0/private/ClosedOrders',
    '/api/v3/order/test',
    '/transfers/dry-run',
    '/transfers/dry_run',
    '/transfers/dryRun',
    '/orders/dryrun',
    '/orders/whatif',
    '/orders/what-if',
    '/orders/price',
    '/checkout/price',
    '/checkout/shipping-rates',
    '/transaction/risk',
    '/v1/transactions/fraud-check',
    '/v1/transactions/categorize',
    '/order/recommendations',
    '/orders/similar',
    '/orders/forecast',
    '/charges/breakdown',
    '/transactions/anomalies',
    '/pay.v1.Transfers/DryRunTransfer',
    '/payments/inquiry',
    '/v1/fetchAndRank',
    '/v1/rerank',
    '/v2/embed',
    '/v1/classify',
    '/v1/tokenize',
    '/openai/deployments/*/chat/completions',
    '/openai/deployments/*/embeddings',
    '/v1/audio/transcriptions',
    '/v1/images/generations',
    '/language/:analyze-text',
    '/vision/v3.2/analyze',
    '/translate',
    '/v1/documents:analyzeSentiment',
    '/v2/projects/*/content:inspect',
    '/v3/projects/*:translateText',
    '/directions/v2:computeRoutes',
    '/v1/places:searchNearby',
    '/druid/v2/sql',
    '/solr/*/select',
    '/indexes/*/search',
    '/multi-search',
    '/collections/*/documents/search',
    '/v1/query',
    '/db/_find',
    '/db/_bulk_get',
    '/crm/v3/objects/*/search',
    '/crm/v3/objects/contacts/batch/read',
    '/rest/api/3/search',
    '/rest/api/3/search/jql',
    '/accounts/get',
    '/transactions/get',
    '/accounts/balance/get',
    '/2/files/list_folder',
    '/2/files/get_metadata',
    '/2/files/search_v2',
    '/stores/*/check',
    '/v1/flags/evaluate',
    '/shop.v1.Catalog/SearchProducts',
    '/spicedb.v1.PermissionsService/CheckPermission',
    '/qdrant.Points/Search',
    '/google.spanner.v1.Spanner/StreamingRead',
    '/google.datastore.v1.Datastore/Lookup',
    '/_matrix/client/v3/search',
    '/v1/models/*:predict',
    '/v1/chat',
    '/api/embed',
    '/predict',
    '/score',
    '/v1/messages/count_tokens',
    '/api/v1/query_range',
    '/api/v1/series',
    '/api/v1/labels',
    '/saml/validate',
    '/products/search',
    '/hotels/availability/search',
    '/predict/iris',
    '/search/hotels',
    '/v1/transfers/quote',
    '/v1/payments/fees',
    '/v1/shipments/rates',
    '/v1/kb/retrieveAndGenerate',
    '/knowledgebases/*/retrieve',
    '/model/anthropic.claude-3/invoke',
    '/dictionary/lookup',
    '/v1/score',
    '/v1beta/models/gemini-pro:generateContent',
    '/loki/api/v1/push',
    '/v1/*-search',
    '/v1/items.lookup',
    '/v1//messages',
    '/v1/messages/',
    '/payments/history',
    '/orders/exists',
    '/orders/*/summary',
    '/order-history',
    '/refund-lookup',
    '/charges/stats',
    '/shop.Orders/OrderHistory',
    '/shop.Orders/GetByIdOrName',
    '/search/history',
  ],
  acts: [
    '/pay.Pay/VerifyAndPay',
    '/pay.Pay/QuoteAndPay',
    '/pay.Pay/QuoteAndBuy',
    '/pay.Pay/VerifyAndCapture',
    '/pay.Pay/ValidateAndSettle',
    '/v1/verify-and-pay',
    '/v1/quote-and-buy',
    '/v1/validate/settle',
    '/q.Queue/ReadAndAck',
    '/q.Queue/GetAndAck',
    '/q.Queue/ListAndPurge',
    '/v1/disbursements',
    '/remit',
    '/v1/remittances',
    '/v1/settlements',
    '/v1/wires',
    '/cash-out',
    '/v1/cashouts',
    '/trade',
    '/trades',
    '/v1/bets',
    '/v1/wagers',
    '/payin',
    '/v1/payins',
    '/sell',
    '/v1/recharges',
    '/reimbursements',
    '/v1/withdrawal',
    '/v2/terminals/checkouts',
    '/sms/json',
    '/sms/2/text/advanced',
    '/0/private/WalletTransfer',
    '/payments/lookup/authorize',
    '/payments/validate/authorise',
    '/payments/get-and-void',
    '/payments/check/void',
    '/payments/*/void',
    '/loans/estimate/disburse',
    '/loans/*/disburse',
    '/order-completion',
    '/airtime/check/recharge',
    '/airtime/check/top-up',
    '/topups',
    '/orders/check/fulfill',
    '/orders/check/ship',
    '/orders/find-and-ship',
    '/wallet.v1.Wallet/GetOrCharge',
    '/wallet.v1.Wallet/CheckThenPay',
    '/shop.v1.Orders/GetOrPlaceOrder',
    '/shop.v1.Orders/ValidateThenSubmit',
    '/mail.v1.Mail/PreviewThenSend',
    '/ledger.v1.Ledger/GetAndDisburse',
    '/ledger.v1.Ledger/CompareAndSwap',
    '/db.v1.Store/FindOneAndUpdate',
    '/db.v1.Store/ListThenDelete',
    '/api/queues/*/*/get',
    '/v1beta/models/*:asyncBatchEmbedContent',
    '/mpesa/stkpush/v1/processrequest',
    '/mpesa/b2c/v1/paymentrequest',
    '/collection/v1_0/requesttopay',
    '/v1/validateAndCharge',
    '/v1/search_and_book',
    '/v1/invoices/validate-and-send',
    '/pay.P/GetAndCharge',
    '/v1/messages/batches',
    '/v1/charges',
    '/v1/charges/*',
    '/v1/refunds',
    '/payments',
    '/payments/*/refund',
    '/pay',
    '/orders',
    '/cart/checkout',
    '/v1/transfers',
    '/wallet/withdraw',
    '/mail/send',
    '/api/v1/sendEmail',
    '/emails',
    '/v1/sms/send',
    '/bot123/sendMessage',
    '/bot*/sendMessage',
    '/channels/*/messages',
    '/channels/123/messages',
    '/chats/*/messages',
    '/v1/conversations/*/messages',
    '/payments/*/fees',
    '/payments/quote-acceptances',
    '/forms/*/responses',
    '/surveys/*/responses',
    '/v1/projects/p/messages:send',
    '/topics/t/publish',
    '/repos/*/*/issues',
    '/repos/*/*/issues/*/comments',
    '/rest/api/3/issue',
    '/tickets',
    '/posts',
    '/v2/tweets',
    '/bookings',
    '/reservations',
    '/jobs',
    '/v1/fine_tuning/jobs',
    '/workflows/*/executions',
    '/v1/batches',
    '/v1/notifications',
    '/order',
    '/placeOrder',
    '/create-order',
    '/users/create',
    '/shop.Orders/PlaceOrder',
    '/pay.Payments/Pay',
    '/hipstershop.CheckoutService/PlaceOrder',
    '/hipstershop.PaymentService/Charge',
    '/hipstershop.EmailService/SendOrderConfirmation',
    '/hipstershop.CartService/AddItem',
    '/v1/payment_intents',
    '/v1/payment_intents/*/confirm',
    '/v1/invoices',
    '/v1/payouts',
    '/salesOrders',
    '/v1/transactions',
    '/_doc',
    '/products/_doc',
    '/subscriptions',
    '/messages:send',
    '/api/chat.postMessage',
    '/api/chat.scheduleMessage',
    '/accounts/AC1/Messages.json',
    '/2010-04-01/Accounts/AC1/Calls.json',
    '/orders/*/items',
    '/v1/accounts/*/deposit',
    '/tasks',
    '/deployments',
    '/counters/*/increment',
    '/messages/*/reply',
    '/v3/company/*/invoice',
    '/v3/orders-*',
    '/v1/things:charge',
    '/v1/check/pay',
    '/v1/estimate/charge',
    '/v1/validate/refund',
    '/v1/list/send',
    '/v1/list/add',
    '/v1/score/increment',
    '/v1/preview/deploy',
    '/emails/batch',
    '/email/batch',
    '/email/withTemplate',
    '/email/batchWithTemplates',
    '/v3/*/messages',
    '/mail.Store/ReadAndClear',
    '/v1beta/models/*:predictLongRunning',
    '/v1/projects/*/locations/*/publishers/google/models/*:predictLongRunning',
    '/google.cloud.aiplatform.v1.PredictionService/PredictLongRunning',
    '/v1beta/models/*:batchGenerateContent',
    '/v3/projects/*/locations/*:batchTranslateText',
    '/v1/videos:annotate',
    '/v1/images:asyncBatchAnnotate',
    '/v1/speech:longrunningrecognize',
    '/v1/projects/*/locations/*/processors/*:batchProcess',
  ],
  unknown: [
    '/v1/check/purchase',
    '/v1/validate/payout',
    '/payments/test',
    '/v1/authorizations',
    '/api/open-orders',
    '/orders/credit-check',
    '/0/private/TradeVolume',
    '/v3/validations/email',
    '/trade-fees',
    '/accounts/check/wire',
    '/voucher/check-and-burn',
    '/shop.v1.Orders/GetOrCreateOrder',
    '/jobs/fetch',
    '/payments/methods',
    '/payments/details',
    '/payments/report',
    '/orders/info',
    '/order-status',
    '/shipments/tracking',
    '/invoices/pdf',
    '/payments/status',
    '/transactions/verify',
    '/v1/orders/*/status',
    '/v1/messages/**',
    '/v1/responses/**',
    '/v1/chat/completions/**',
    '/',
    '/**',
    '/v1/**',
    '/graphql',
    '/v1/files',
    '/v1/things',
    '/v2/recommendations',
    '/orders/*/cancel',
    '/subscriptions/*/cancel',
    '/users',
    '/customers',
    '/oauth/token',
    '/oauth2/token',
    '/connect/token',
    '/webhooks',
    '/events',
    '/v1/sessions',
    '/login',
    '/api/v1/namespaces/*/pods',
    '/apis/batch/v1/namespaces/*/jobs',
    '/functions/*/invocations',
    '/_bulk',
    '/search/orders',
    '/dbs/*/colls/*/docs',
    '/v1/statement',
    '/v1/quote',
    '/v1/quote/accept',
    '/rates/subscribe',
    '/sql/statements',
    '/v1/vectors/upsert',
    '/uploads',
    '/messages',
    '/v1/notes',
    '/sort-order',
    '/recorder/stop',
    '/shop.Orders/*',
    '/shop.Orders/Reconcile',
    '/shop.Orders/CancelOrder',
    '/shop.Orders/UpdateOrder',
    '/shop.Orders/DeleteOrder',
    '/shop.Orders/CheckOut',
    '/google.pubsub.v1.Publisher/Publish',
    '/google.bigtable.v2.Bigtable/MutateRow',
    '/items/*/close',
    '/notifications/*/acknowledge',
    '/v1/threads',
    '/responses-archive',
    '/paymentMethods',
    '/payload',
    '/border',
    '/mailbox',
    '/reorder-points',
    '/postcodes',
    '/booking-rules',
    '/chargeback-reasons',
    '/orderbook',
    '/sender/profile',
    '/orders/export',
    '/search/reindex',
    '/v1/estimate/approve',
    '/v1/search/spend',
    '/v1/count/adjust',
    '/v1/simulate/execute',
    '/v1/rank/bump',
    '/v1/search/purchase',
    '/v1/validate/email',
    '/queue.Queue/GetNextMessage',
    '/p.S/GetNext',
    '/external-task/fetchAndLock',
    '/transactions/sync',
    '/transfer/event/sync',
    '/v1/invoices/extract',
    '/v1/invoice/ocr',
    '/v1/bookings/availability',
    '/v1/refunds/eligibility',
    '/v1/checkout/totals',
    '/v1/orders/filter',
    '/v1/credit-score',
    '/v1/create-embedding',
    '/v1/invoices/create_preview',
    '/v1/order_book/snapshot',
    '/mcp',
  ],
} as const;

describe('effectOf', () => {
  for (const [effect, list] of Object.entries(paths))
    for (const path of list)
      it(`${path} is ${effect}`, () => {
        expect(effectOf({path}).effect).to.equal(effect);
      });

  it('gives a reason whenever it finds that a path acts', () => {
    expect(paths.acts).not.to.be.empty;
    for (const path of paths.acts) expect(effectOf({path}).why, path).to.match(/^[a-z].*[a-z]$/);
  });

  it('knows paths that have a meaning at one host only', () => {
    const path = '/v1/messages';
    expect(effectOf({path}).effect).to.equal('harmless');
    expect(effectOf({path, origin: 'https://api.anthropic.com'})).to.include({effect: 'harmless', generates: true});
    expect(effectOf({path, origin: 'https://waba.360dialog.io'}).effect).to.equal('unknown');
    expect(effectOf({path, origin: 'https://api.nexmo.com'}).effect).to.equal('acts');
    expect(effectOf({origin: 'https://api.stripe.com'}).effect).to.equal('acts');
    expect(effectOf({origin: 'https://api.stripe.com', path: '/v1/invoices/create_preview'}).effect).to.equal(
      'harmless',
    );
    expect(effectOf({origin: 'https://notstripe.com'}).effect).to.equal('unknown');
  });

  it('finds no effect without a path', () => {
    expect(effectOf(undefined)).to.deep.equal({effect: 'unknown', why: undefined});
    expect(effectOf({}).effect).to.equal('unknown');
  });
});

describe('the known paths of services', () => {
  const known = [...knownReads, ...knownWrites];

  /** A path that the pattern describes. */
  const exampleOf = (pattern: string): string =>
    `/${pattern.replace(/^\//, '').replaceAll('**', 'anything').replaceAll('*', 'x')}`;

  for (const {effect, why, hosts = [undefined], paths} of known)
    it(`such as ${paths[0]}: each has an effect, ${effect}, and what acts has a reason: ${why}`, () => {
      expect(effect !== 'acts' || /^[a-zA-Z].*[a-z]$/.test(why ?? '')).to.equal(true);
      const found = hosts.flatMap(host =>
        paths.map(path => {
          const at = host === undefined ? {} : {origin: `https://${host}`};
          return `${path}: ${effectOf({path: exampleOf(path), ...at}).effect}`;
        }),
      );
      expect(found).to.deep.equal(hosts.flatMap(() => paths.map(path => `${path}: ${effect}`)));
    });

  it('are charged for where a model of a vendor computes the response', () => {
    const charging = known.filter(({generates}) => generates).map(({paths}) => paths[0]);
    expect(charging).to.deep.equal([
      'completions',
      'v1/messages',
      '*:generateContent',
      'model/*/invoke',
      '*:predict',
      'v1/chat',
    ]);
  });
});

describe('a verb after a word that reads', () => {
  for (const read of [
    'search',
    'estimate',
    'predict',
    'count',
    'validate',
    'lookup',
    'list',
    'check',
    'get',
    'score',
  ]) {
    for (const verb of ['charge', 'pay', 'buy', 'send', 'refund', 'capture', 'withdraw', 'redeem', 'submit', 'create'])
      it(`acts: /v1/${read}/${verb}`, () => expect(effectOf({path: `/v1/${read}/${verb}`}).effect).to.equal('acts'));
    for (const word of ['approve', 'execute', 'adjust', 'spend', 'bet', 'purge', 'order', 'transfer', 'charges'])
      it(`does not read: /v1/${read}/${word}`, () =>
        expect(effectOf({path: `/v1/${read}/${word}`}).effect).to.equal('unknown'));
  }

  it('acts as it does below a resource', () => {
    expect(effectOf({path: '/payments/*/execute'}).effect).to.equal('acts');
    expect(effectOf({path: '/invoices/*/finalize'}).effect).to.equal('acts');
  });
});

describe('isBroad', () => {
  for (const path of ['/**', '/v1/**', '/api/v2/*', '/*', '/shop.Orders/*', undefined])
    it(`${path} is about many methods`, () => expect(isBroad({...(path === undefined ? {} : {path})})).to.equal(true));

  for (const path of ['/v1/orders', '/v1/orders/**', '/shop.Orders/Get', '/graphql'])
    it(`${path} is about one`, () => expect(isBroad({path})).to.equal(false));
});

describe('a verb at the end of a path', () => {
  for (const path of [
    '/wallet/debit',
    '/v1/orders/*/refund',
    '/counter/increment',
    '/api/sendMessage',
    '/send.php',
    '/send-sms',
    '/api/send_message',
    '/restart-server',
    '/pay-invoice',
    '/transfer-funds',
    '/inventory/reserve',
    '/email/resend',
    '/order/place',
    '/topup',
    '/http/sendmsg',
    '/sms/json',
  ])
    it(`acts: ${path}`, () => expect(actingWordOf(path)).to.include({isCertain: true}));

  it('is named, also where a format stands behind it', () => {
    expect(actingWordOf('/sms/json')?.word).to.equal('sms');
  });

  for (const path of ['/v1/charge', '/purchase', '/order/cancel', '/subscription/cancel', '/queues/*/pop', '/send/*'])
    it(`may act: ${path}`, () => expect(actingWordOf(path)).to.include({isCertain: false}));

  for (const path of [
    '/api/pay-slips',
    '/pay-periods',
    '/send-history',
    '/v1/send-limits',
    '/trigger-rules',
    '/transfer-market',
    '/restart-counts',
    '/send_history',
    '/transfer-service',
    '/run-jobs-report',
    '/send-sms-history',
    '/v1/wallets/*/balance',
    '/user/email',
    '/maps/place',
    '/purchases',
    '/debits',
  ])
    it(`is none: ${path}`, () => expect(actingWordOf(path)).to.equal(undefined));
});

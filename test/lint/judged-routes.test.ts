/**
 * 40 routes of public APIs, judged in words by what their documentation says before the linter saw them: 20 POSTs that write money or messages, 20 that
 * read. Each is declared idempotent, which is wrong for the first and right for the others.
 */
import {expect} from 'chai';
import {lintText} from '../../lint/lint.ts';

type Judged = readonly [path: string, judgement: string];

const WRITES: readonly Judged[] = [
  ['/v2/terminals/checkouts', 'Square: the terminal asks the buyer to pay once more'],
  ['/billing_requests/*/actions/fulfil', 'GoCardless: collects the payment'],
  ['/transfer/create', 'Plaid: moves money'],
  ['/mass-payments', 'Dwolla: pays up to 5,000 people'],
  ['/transaction/charge_authorization', 'Paystack: charges a stored card'],
  ['/v71/payments/*/reversals', 'Adyen: cancels or refunds'],
  ['/sms/2/text/advanced', 'Infobip: sends messages'],
  ['/xms/v1/*/batches', 'Sinch: sends a batch of messages'],
  ['/v2/email/outbound-emails', 'Amazon SES: sends an email'],
  ['/bot*/sendPhoto', 'Telegram: sends a picture'],
  ['/api/chat.postEphemeral', 'Slack: shows a message to a user'],
  ['/sapi/v1/capital/withdraw/apply', 'Binance: withdraws coins'],
  ['/0/private/WalletTransfer', 'Kraken: moves money between wallets'],
  ['/api/v5/trade/order', 'OKX: places an order'],
  ['/v1/letters', 'Lob: prints and mails a letter, and charges for it'],
  ['/v2/shipments/*/buy', 'EasyPost: buys a label'],
  ['/v1/booking/flight-orders', 'Amadeus: books a flight'],
  ['/drive/v2/deliveries', 'DoorDash: sends a courier'],
  ['/lnrpc.Lightning/SendPaymentSync', 'LND: pays an invoice'],
  ['/v3/profiles/*/transfers/*/payments', 'Wise: pays for a transfer from the balance'],
];

const READS: readonly Judged[] = [
  ['/v2/catalog/batch-retrieve', 'Square: objects by their ids'],
  ['/v2/orders/search', 'Square: finds orders'],
  ['/asset_report/get', 'Plaid: a report that exists'],
  ['/investments/transactions/get', 'Plaid: a list of transactions'],
  ['/transfer/intent/get', 'Plaid: the state of an intent'],
  ['/pal/servlet/Recurring/v68/listRecurringDetails', 'Adyen: stored cards of a shopper'],
  ['/0/private/Ledgers', 'Kraken: entries of a ledger'],
  ['/0/private/DepositStatus', 'Kraken: states of deposits'],
  ['/v1/shopping/flight-offers/upselling', 'Amadeus: fares for an offer'],
  ['/v1/shopping/seatmaps', 'Amadeus: seats of a flight'],
  ['/ship/v1/shipments/packages/validate', 'FedEx: checks a shipment before it is made'],
  ['/1.0/TaxCloud/Lookup', 'TaxCloud: taxes of a cart'],
  ['/v1/projects/*/databases/*/documents:runAggregationQuery', 'Firestore: counts documents'],
  ['/crm/v3/objects/deals/search', 'HubSpot: finds deals'],
  ['/crm/v3/objects/orders/batch/read', 'HubSpot: orders by their ids'],
  ['/rest/api/3/jql/parse', 'Jira: parses a query'],
  ['/merchants/*/transactions/advanced_search_ids', 'Braintree: ids of transactions that match'],
  ['/v3/validations/email', 'SendGrid: whether an address exists'],
  ['/lnrpc.Lightning/QueryRoutes', 'LND: a route to a node'],
  ['/google.ads.googleads.v16.services.GoogleAdsService/Search', 'Google Ads: rows of a report'],
];

/** The severity of RL101 for a declared POST. */
async function saidOf(path: string): Promise<string> {
  const methods = /^\/[\w.]+\/[A-Z]\w*$/.test(path) && path.includes('.') ? {} : {methods: ['POST']};
  const policy = {routes: [{name: 'judged', match: {...methods, path}, idempotentMethods: ['POST']}]};
  const {findings} = await lintText({path: 'p.json', files: {'p.json': JSON.stringify(policy)}});
  return findings.find(({code}) => code === 'RL101')?.severity ?? 'silent';
}

/** Writes of which the path says too little: `letters` may be texts, `deliveries` those of a webhook. They are an info, which fails no run. Only shrinks. */
const MISSED: readonly string[] = ['/billing_requests/*/actions/fulfil', '/v1/letters', '/drive/v2/deliveries'];

describe('routes that were judged before the linter saw them', () => {
  it('are 20 that write and 20 that read', () => {
    expect([WRITES.length, READS.length]).to.deep.equal([20, 20]);
  });

  for (const [path, judgement] of WRITES)
    it(`${MISSED.includes(path) ? 'are an info' : 'are an error'}: ${path}, ${judgement}`, async () => {
      expect(await saidOf(path)).to.equal(MISSED.includes(path) ? 'info' : 'error');
    });

  for (const [path, judgement] of READS)
    it(`fail no run: ${path}, ${judgement}`, async () => {
      expect(await saidOf(path)).to.be.oneOf(['silent', 'info']);
    });
});

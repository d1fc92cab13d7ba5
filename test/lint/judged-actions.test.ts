/**
 * Routes of GET and PUT, judged in words before the linter saw them: whether a second request would act again.
 *
 * A warning: a GET that acts each time, which no client expects. An info: a GET whose effect is done after the first request, or whose word is also that of a
 * thing; and every PUT, which RFC 9110 lets a client repeat, so that only the server's documentation can say that it adds up.
 */
import {expect} from 'chai';
import {lintText} from '../../lint/lint.ts';

type Judged = readonly [severity: 'warning' | 'info' | 'nothing', route: string, judgement: string];

const ROUTES: readonly Judged[] = [
  ['warning', 'GET /transfer', 'the account and the sum are in the query'],
  ['warning', 'GET /api/v1/pay', 'pays'],
  ['warning', 'GET /run', 'starts what the query names'],
  ['warning', 'GET /jobs/*/run', 'starts the job'],
  ['warning', 'GET /jobs/*/execute', 'starts the job'],
  ['warning', 'GET /pipelines/*/trigger', 'starts the pipeline'],
  ['warning', 'GET /cgi-bin/send', 'sends a message'],
  ['warning', 'GET /api/sendMessage', 'sends a message'],
  ['warning', 'GET /devices/*/restart', 'restarts a device that has just come up'],
  ['warning', 'GET /payments/*/capture', 'captures; the second one may take the rest'],
  ['warning', 'GET /payments/*/refund', 'refunds a part once more'],
  ['warning', 'GET /counters/*/increment', 'counts twice'],
  ['warning', 'GET /campaigns/*/publish', 'posts twice'],
  ['warning', 'GET,HEAD /gifts/*/redeem', 'redeems'],
  ['info', 'GET /unsubscribe', 'unsubscribed the second time, too, but perhaps one more mail'],
  ['info', 'GET /delete/*', 'the second one finds nothing, and the caller reads 404'],
  ['info', 'GET /api/deleteUser', 'the same in one word'],
  ['info', 'GET /photos/*/delete', 'the same behind the resource'],
  ['info', 'GET /orders/*/cancel', 'cancelled already'],
  ['info', 'GET /subscription/cancel', 'cancelled already'],
  ['info', 'GET /expenses/*/approve', 'approved already, or the next step is'],
  ['info', 'GET /cache/purge', 'empties what has been filled again'],
  ['info', 'GET /signup/confirm', 'confirmed already'],
  ['info', 'GET /password/reset', 'one more mail, perhaps'],
  ['info', 'GET /accounts/*/deactivate.php', 'deactivated already'],
  ['info', 'GET /send/*', 'the receiver is in the path'],
  ['info', 'GET /execute/*', 'the job is in the path'],
  ['info', 'GET /transfer/**', 'may be the transfer itself, or one by its id'],
  ['info', 'GET /charge', 'charges, or reads a charge'],
  ['info', 'GET /jobs/next', 'takes the next job, or looks at it'],
  ['info', 'PUT /payments/*/capture', 'captures, and PUT lets every client repeat it'],
  ['info', 'PUT /wallets/*/charge', 'takes the fare once more'],
  ['info', 'PUT /pages/*/send', 'pages once more'],
  ['info', 'PUT /kiosks/*/restart', 'restarts once more'],
  ['info', 'PUT /jobs/*/run', 'starts once more'],
  ['info', 'PUT /pipelines/*/trigger', 'starts once more'],
  ['info', 'PUT /payments/*/refund', 'refunds a part once more'],
  ['info', 'PUT /stock/*/decrement', 'counts twice'],
  ['info', 'GET,PUT /turbines/*/restart', 'the PUT restarts once more'],
  ['nothing', 'PUT /orders/*/cancel', 'sets a state: cancelled twice is cancelled'],
  ['nothing', 'PUT /users/*/approve', 'sets a state'],
  ['nothing', 'PUT /features/*/enable', 'sets a state'],
  ['nothing', 'PUT /articles/*/published', 'sets a state'],
  ['nothing', 'PUT /settings/send-mail', 'sets a setting'],
  ['nothing', 'PUT /users/*/preferences/notify', 'sets a setting'],
  ['nothing', 'PUT /charges/*', 'replaces a charge by its id'],
  ['nothing', 'PUT /transfers/*', 'makes a transfer under an id of the client'],
  ['nothing', 'PUT /triggers/*', 'replaces a trigger'],
  ['nothing', 'PUT /pipelines/*/run-settings', 'sets settings'],
  ['nothing', 'PUT /documents/*', 'replaces a document'],
  ['nothing', 'GET /settings/send-mail', 'reads a setting'],
  ['nothing', 'GET /runs', 'a list'],
  ['nothing', 'GET /runs/*', 'one of them'],
  ['nothing', 'GET /run/*', 'a run by its id'],
  ['nothing', 'GET /transfer/*', 'a transfer by its id'],
  ['nothing', 'GET /refund/*', 'a refund by its id'],
  ['nothing', 'GET /orders/run-1', 'an order with a name'],
  ['nothing', 'GET /orders/run-*', 'orders with a name'],
  ['nothing', 'GET /charges', 'a list'],
  ['nothing', 'GET /charges/*', 'one of them'],
  ['nothing', 'GET /reports/transfers', 'a report'],
  ['nothing', 'GET /deletedItems', 'a list of what was deleted'],
  ['nothing', 'GET /cancellations', 'a list'],
  ['nothing', 'GET /approvals/pending', 'a list'],
  ['nothing', 'GET /reset-policies', 'a list'],
  ['nothing', 'GET /cancel-reasons', 'a list'],
  ['nothing', 'GET /deleteMarkers', 'a list'],
  ['nothing', 'GET /trigger-rules', 'a list'],
  ['nothing', 'GET /pay-slips', 'a list'],
  ['nothing', 'GET /stops/*/departures', 'a timetable'],
  ['nothing', 'GET /subscribe', 'a stream of events'],
  ['nothing', 'GET /releases/latest', 'the last release'],
  ['nothing', 'GET,POST /transfer', 'the POST transfers, and the GET reads'],
];

describe('routes of GET and PUT, judged before the linter saw them', () => {
  for (const [severity, route, judgement] of ROUTES)
    it(`${severity}: ${route}, which ${judgement}`, async () => {
      const [methods, path] = route.split(' ') as [string, string];
      const files = {
        'p.json': JSON.stringify({routes: [{match: {methods: methods.split(','), path}, deadlineMs: 40_000}]}),
      };
      const {findings} = await lintText({path: 'p.json', files});
      const found = findings.filter(({code}) => code === 'RL104').map(finding => finding.severity);
      expect(found).to.deep.equal(severity === 'nothing' ? [] : [severity]);
    });

  it('are no finding where no second request may act', async () => {
    const match = {methods: ['PUT'], path: '/payments/*/capture'};
    for (const fields of [
      {idempotency: {methods: ['PUT']}},
      {idempotentMethods: ['GET']},
      {maxAttempts: 1},
      {retryOn: [429]},
    ]) {
      const files = {'p.json': JSON.stringify({routes: [{match, ...fields}]})};
      const {findings} = await lintText({path: 'p.json', files});
      expect(findings.filter(({code}) => code === 'RL104')).to.deep.equal([]);
    }
  });
});

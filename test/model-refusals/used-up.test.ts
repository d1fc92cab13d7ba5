/**
 * Accounts that are used up, in the words of many vendors: each is asked once under `steadfetch:llm`. Beside them limits of a minute whose words
 * are alike, and which a wait ends. The bodies are those of their sources; names and ids are made up.
 */
import {expect} from 'chai';
import {createFetch} from '../../src/fetch.ts';
import {ScriptedFetch, seededRandom, VirtualClock} from '../../src/testing.ts';

const VOLCENGINE = 'https://www.volcengine.com/docs/82379/1299023';
const openAi = (message: string, type: string, code: string | null = null): object => ({
  error: {message, type, param: null, code},
});

type Case = readonly [vendor: string, status: number, body: unknown, source: string];

const USED_UP: readonly Case[] = [
  [
    'Moonshot',
    429,
    {
      error: {
        message: 'You exceeded your current token quota, please check your account balance',
        type: 'exceeded_current_quota_error',
      },
    },
    'https://forum.moonshot.ai/t/429-insufficient-balance/244',
  ],
  [
    'Moonshot',
    429,
    {
      error: {
        message: `Your account org-${'0'.repeat(32)} <ak-${'0'.repeat(20)}> is suspended, please check your plan and billing details`,
        type: 'exceeded_current_quota_error',
      },
    },
    'https://forum.moonshot.ai/t/429-insufficient-balance/244',
  ],
  [
    'Moonshot, behind OpenRouter',
    429,
    {
      error: {
        message: 'Provider returned error',
        code: 429,
        metadata: {
          raw: '{"error":{"message":"Your account org-0 <ak-0> is suspended due to insufficient balance, please recharge your account or check your plan and billing details","type":"exceeded_current_quota_error"}}',
          provider_name: 'Moonshot AI',
        },
      },
    },
    'https://github.com/anomalyco/opencode/issues/24462',
  ],
  [
    'Volcengine',
    429,
    openAi(
      'Your account [0] has exhausted its free trial quota for the [doubao] model. Request id: 0',
      'TooManyRequests',
      'QuotaExceeded',
    ),
    VOLCENGINE,
  ],
  [
    'Volcengine',
    429,
    openAi(
      'Your account [0] has reached the set inference limit for the [doubao] model, and the model service has been paused. To continue using this model, please visit the Model Activation page to adjust or close the "Safe Experience Mode". Request id: 0',
      'TooManyRequests',
      'SetLimitExceeded',
    ),
    VOLCENGINE,
  ],
  ...['5-hour', 'weekly', 'monthly'].map(
    (period): Case => [
      'Volcengine',
      429,
      openAi(
        `You have exceeded the ${period} usage quota. It will reset at 2026-08-29 23:59:59 +0800 CST. Request id: 0`,
        'TooManyRequests',
        'AccountQuotaExceeded',
      ),
      'https://github.com/anomalyco/opencode/issues/44099',
    ],
  ),
  [
    'Zhipu',
    429,
    {error: {code: '1308', message: '已达到 5 小时的使用上限。您的限额将在 2026-08-24 00:09:21 重置。'}},
    'https://github.com/NanmiCoder/cc-haha/issues/1266',
  ],
  [
    'Zhipu',
    429,
    {error: {code: '1308', message: 'Usage limit reached for 5 hour. Your limit will reset at 2026-09-09 05:38:28'}},
    'https://github.com/hugalafutro/model-hotel/pull/955',
  ],
  [
    'MiniMax',
    429,
    {
      error: {http_code: '429', message: 'insufficient balance (1008)', type: 'insufficient_balance_error'},
      request_id: '0',
    },
    'https://github.com/modelscope/modelscope/issues/1691',
  ],
];

/** A wait ends these. */
const LIMITED: readonly Case[] = [
  [
    'Together',
    429,
    openAi(
      'You have been rate limited. Your rate limit is 60 queries per minute. Please navigate to https://api.together.xyz/settings/billing to upgrade to a paid plan.',
      'credit_limit',
    ),
    'https://github.com/togethercomputer/MoA/issues/27',
  ],
  [
    'Together',
    429,
    openAi(
      'You have reached the rate limit specific to this model m. The maximum rate limit for this model is 9.0 queries per minute. This limit differs from the general rate limits published at Together AI rate limits documentation (https://docs.together.ai/docs/rate-limits). For inquiries about increasing your model-specific rate limit, please contact our sales team (https://www.together.ai/forms/contact-sales)',
      'model_rate_limit',
    ),
    'https://github.com/xtekky/gpt4free/issues/3032',
  ],
  [
    'Mistral',
    429,
    {
      object: 'error',
      message: 'Rate limit exceeded',
      type: 'rate_limited',
      param: null,
      code: '1300',
      raw_status_code: 429,
    },
    'https://github.com/raycast/extensions/issues/31107',
  ],
  [
    'Volcengine',
    429,
    openAi(
      'The Requests Per Minute (RPM) limit of the associated endpoint for your account has been exceeded. Request id: 0',
      'TooManyRequests',
      'RateLimitExceeded.EndpointRPMExceeded',
    ),
    VOLCENGINE,
  ],
  [
    'Volcengine',
    429,
    openAi('The request has exceeded the quota. Request id: 0', 'TooManyRequests', 'QuotaExceeded'),
    VOLCENGINE,
  ],
];

async function sendsOf([, status, body]: Case): Promise<number> {
  const clock = new VirtualClock();
  const server = new ScriptedFetch(clock, [() => Response.json(body, {status}), () => Response.json({choices: []})]);
  const fetch = createFetch({extends: ['steadfetch:llm']}, {clock, random: seededRandom(1), fetch: server.fetch});
  const init = {method: 'POST', body: JSON.stringify({model: 'm', messages: []})};
  await clock.run(() => fetch('https://models.test/v1/chat/completions', init));
  return server.arrivals.length;
}

describe('an account that is used up', () => {
  for (const each of USED_UP)
    it(`is asked once: ${each[0]}, ${each[1]} ${JSON.stringify(each[2])}`, async () => {
      expect(await sendsOf(each), each[3]).to.equal(1);
    });

  for (const each of LIMITED)
    it(`is not one whose limit of a minute is reached: ${each[0]}, ${JSON.stringify(each[2])}`, async () => {
      expect(await sendsOf(each), each[3]).to.equal(2);
    });
});

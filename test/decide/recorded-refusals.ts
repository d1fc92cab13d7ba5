/** Error bodies in the shapes that the vendors document, for each row of the table of refusals. Written here; names and ids are made up. */
import type {Meaning} from '../../src/decide/refusals.ts';

export interface Recorded {
  readonly vendor: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly means: Meaning;
  /** The wait that the body asks for, in milliseconds. */
  readonly hintMs?: number;
}

const openAi = (code: string, message: string, type = code) => ({error: {message, type, param: null, code}});
const anthropic = (type: string, message: string, more: object = {}) => ({
  type: 'error',
  error: {type, message, ...more},
  request_id: 'req_011',
});
const google = (code: number, status: string, message: string, ...details: object[]) => ({
  error: {code, message, status, ...(details.length > 0 && {details})},
});
const violation = (quotaId: string) => ({
  '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
  violations: [{quotaMetric: 'generativelanguage.googleapis.com/generate_content_requests', quotaId, quotaValue: '50'}],
});
const retryInfo = (retryDelay: unknown) => ({'@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay});
const PLAN = 'You exceeded your current quota, please check your plan and billing details.';

const exhausted: readonly Recorded[] = [
  ...[
    'insufficient_quota',
    'credit_balance_exhausted',
    'billing_hard_limit_reached',
    'organization_spend_limit_exceeded',
    'project_spend_limit_exceeded',
    'organization_usage_limit_exceeded',
    'billing_not_active',
    'access_terminated',
  ].map(
    (code): Recorded => ({
      vendor: 'OpenAI',
      status: 429,
      body: openAi(code, PLAN, 'insufficient_quota'),
      means: 'exhausted',
    }),
  ),
  {
    vendor: 'Anthropic',
    status: 429,
    body: anthropic('rate_limit_error', 'Your organization has reached its monthly limit.', {
      details: {error_code: 'enforced_spend_limit_reached'},
    }),
    means: 'exhausted',
  },
  {vendor: 'Anthropic', status: 402, body: anthropic('billing_error', 'Billing failed.'), means: 'exhausted'},
  {
    vendor: 'Anthropic',
    status: 400,
    body: anthropic('invalid_request_error', 'Your credit balance is too low to access the Anthropic API.'),
    means: 'exhausted',
  },
  ...['API', 'workspace API'].map(
    (which): Recorded => ({
      vendor: 'Anthropic',
      status: 400,
      body: anthropic('invalid_request_error', `You have reached your specified ${which} usage limits.`),
      means: 'exhausted',
    }),
  ),
  {
    vendor: 'Google',
    status: 429,
    body: google(
      429,
      'RESOURCE_EXHAUSTED',
      'You exceeded your current quota. Please retry in 34.07s.',
      violation('GenerateRequestsPerDayPerProjectPerModel-FreeTier'),
      retryInfo('34s'),
    ),
    means: 'exhausted',
    hintMs: 34_000,
  },
  {
    vendor: 'Google',
    status: 429,
    body: google(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.', {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'RATE_LIMIT_EXCEEDED',
      metadata: {quota_limit: 'GeminiRequestsDailyLimit'},
    }),
    means: 'exhausted',
  },
  {
    vendor: 'Amazon Bedrock',
    status: 400,
    body: {__type: 'ServiceQuotaExceededException', message: 'Your request exceeds the service quota.'},
    means: 'exhausted',
  },
];

const waits: readonly Recorded[] = [
  {
    vendor: 'OpenAI',
    status: 400,
    body: openAi(
      'conversation_locked',
      'Another process is currently operating on this conversation. Please retry in a few seconds.',
      'invalid_request_error',
    ),
    means: 'locked',
  },
  {
    vendor: 'OpenAI',
    status: 429,
    body: openAi(
      'rate_limit_exceeded',
      'Request too large for gpt-x in organization org-1 on tokens per min (TPM): Limit 30000, Requested 48211.',
      'tokens',
    ),
    means: 'too-large',
  },
  {
    vendor: 'Hugging Face',
    status: 503,
    body: {error: 'Model m/1 is currently loading', estimated_time: 44.5},
    means: 'loading',
    hintMs: 44_500,
  },
  {
    vendor: 'llama.cpp',
    status: 503,
    body: {error: {code: 503, message: 'Loading model', type: 'unavailable_error'}},
    means: 'loading',
  },
  {
    vendor: 'Amazon Bedrock',
    status: 429,
    headers: {'x-amzn-errortype': 'ModelNotReadyException:http://internal.amazon.com/coral/'},
    body: {message: 'Model is not ready for inference. Wait and try your request again.'},
    means: 'loading',
  },
  {
    vendor: 'OpenAI',
    status: 429,
    body: openAi(
      'rate_limit_exceeded',
      'Rate limit reached for gpt-x on tokens per min (TPM): Limit 30000, Used 28000, Requested 4000. Please try again in 2.2s. Visit https://example.com.',
      'tokens',
    ),
    means: 'throttled',
    hintMs: 2200,
  },
  {
    vendor: 'OpenAI',
    status: 429,
    body: openAi('slow_down', 'Please reduce your request rate.', 'rate_limit_error'),
    means: 'throttled',
  },
  {
    vendor: 'Anthropic',
    status: 429,
    body: anthropic('rate_limit_error', 'This request would exceed the rate limit of your organization.'),
    means: 'throttled',
  },
  {
    vendor: 'Google',
    status: 429,
    body: google(
      429,
      'RESOURCE_EXHAUSTED',
      'You exceeded your current quota.',
      violation('GenerateRequestsPerMinutePerProjectPerModel-FreeTier'),
      retryInfo('34s'),
    ),
    means: 'throttled',
    hintMs: 34_000,
  },
  {
    vendor: 'Google',
    status: 429,
    body: [google(429, 'RESOURCE_EXHAUSTED', 'Resource exhausted.', retryInfo('1.5s'))],
    means: 'throttled',
    hintMs: 1500,
  },
  ...['call', 'token'].map(
    (limit): Recorded => ({
      vendor: 'Azure OpenAI',
      status: 429,
      body: {
        error: {
          code: '429',
          message: `Requests to the operation have exceeded ${limit} rate limit of your current pricing tier. Please retry after 6 seconds.`,
        },
      },
      means: 'throttled',
      hintMs: 6000,
    }),
  ),
  {
    vendor: 'Amazon Bedrock',
    status: 429,
    headers: {'x-amzn-errortype': 'ThrottlingException'},
    body: {message: 'Too many requests, please wait before trying again.'},
    means: 'throttled',
  },
  ...[
    'Throttling',
    'ThrottledException',
    'RequestThrottled',
    'RequestThrottledException',
    'RequestLimitExceeded',
    'TooManyRequestsException',
    'BandwidthLimitExceeded',
    'ProvisionedThroughputExceededException',
    'SlowDown',
  ].map(
    (code): Recorded => ({
      vendor: 'AWS',
      status: 400,
      headers: {'x-amzn-errortype': `com.amazonaws.example#${code}`},
      body: undefined,
      means: 'throttled',
    }),
  ),
];

const failures: readonly Recorded[] = [
  {
    vendor: 'OpenAI',
    status: 503,
    body: openAi('server_is_overloaded', 'Overloaded.', 'service_unavailable_error'),
    means: 'overloaded',
  },
  {vendor: 'Anthropic', status: 529, body: anthropic('overloaded_error', 'Overloaded'), means: 'overloaded'},
  {vendor: 'Google', status: 503, body: google(503, 'UNAVAILABLE', 'The model is overloaded.'), means: 'overloaded'},
  {
    vendor: 'Amazon Bedrock',
    status: 503,
    body: {__type: 'com.amazon.bedrock#ServiceUnavailableException', message: 'Try again.'},
    means: 'overloaded',
  },
  {vendor: 'TGI', status: 429, body: {error: 'Model is overloaded', error_type: 'overloaded'}, means: 'overloaded'},
  {
    vendor: 'Azure OpenAI',
    status: 400,
    body: {
      error: {message: 'The response was filtered.', type: null, param: 'prompt', code: 'content_filter', status: 400},
    },
    means: 'failed',
  },
  ...['json_validate_failed', 'tool_use_failed'].map(
    (code): Recorded => ({
      vendor: 'Groq',
      status: 400,
      body: {
        error: {message: 'Please adjust your prompt.', type: 'invalid_request_error', code, failed_generation: '{'},
      },
      means: 'failed',
    }),
  ),
  {vendor: 'OpenAI', status: 500, body: openAi('server_error', 'The server had an error.'), means: 'failed'},
  {vendor: 'Anthropic', status: 500, body: anthropic('api_error', 'Internal server error'), means: 'failed'},
  {vendor: 'Anthropic', status: 504, body: anthropic('timeout_error', 'Request timed out.'), means: 'failed'},
  {vendor: 'Google', status: 500, body: google(500, 'INTERNAL', 'An internal error has occurred.'), means: 'failed'},
  {vendor: 'Google', status: 504, body: google(504, 'DEADLINE_EXCEEDED', 'Too slow.'), means: 'failed'},
  {
    vendor: 'Amazon Bedrock',
    status: 408,
    headers: {'x-amzn-errortype': 'ModelTimeoutException'},
    body: {message: 'The request took too long to process.'},
    means: 'failed',
  },
  ...['ModelErrorException', 'ModelStreamErrorException'].map(
    (__type): Recorded => ({vendor: 'Amazon Bedrock', status: 424, body: {__type, message: 'No.'}, means: 'failed'}),
  ),
  {vendor: 'Amazon Bedrock', status: 500, body: {__type: 'InternalServerException'}, means: 'failed'},
];

const invalid: readonly Recorded[] = [
  ...(
    [
      ['invalid_request_error', 400],
      ['authentication_error', 401],
      ['permission_error', 403],
      ['not_found_error', 404],
      ['request_too_large', 413],
    ] as const
  ).map(([type, status]): Recorded => ({vendor: 'Anthropic', status, body: anthropic(type, 'No.'), means: 'invalid'})),
  ...(
    [
      ['INVALID_ARGUMENT', 400],
      ['FAILED_PRECONDITION', 400],
      ['UNAUTHENTICATED', 401],
      ['PERMISSION_DENIED', 403],
      ['NOT_FOUND', 404],
    ] as const
  ).map(
    ([word, status]): Recorded => ({vendor: 'Google', status, body: google(status, word, 'No.'), means: 'invalid'}),
  ),
  {vendor: 'Amazon Bedrock', status: 400, body: {__type: 'ValidationException'}, means: 'invalid'},
  {vendor: 'Amazon Bedrock', status: 403, body: {__type: 'AccessDeniedException'}, means: 'invalid'},
];

const limits: readonly Recorded[] = [
  {
    vendor: 'DashScope',
    status: 429,
    body: {
      error: {
        code: 'insufficient_quota',
        message: 'For details, see: https://help.aliyun.com/zh/model-studio/error-code#token-limit',
      },
    },
    means: 'throttled',
  },
  ...['rateLimitExceeded', 'userRateLimitExceeded'].map(
    (reason): Recorded => ({
      vendor: 'Google',
      status: 429,
      body: {error: {code: 429, message: 'Rate Limit Exceeded', errors: [{domain: 'usageLimits', reason}]}},
      means: 'throttled',
    }),
  ),
  {
    vendor: 'GitHub',
    status: 403,
    body: {message: 'You have exceeded a secondary rate limit. Please wait a few minutes.'},
    means: 'throttled',
  },
];

export const RECORDED: readonly Recorded[] = [...exhausted, ...waits, ...failures, ...invalid, ...limits];

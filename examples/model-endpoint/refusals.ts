/** Refusals of model endpoints, each with the source of its format. */

export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const openai = (status: number, error: object, headers: Refusal['headers'] = {}): Refusal => ({
  status,
  headers,
  body: {error: {param: null, ...error}},
});

const anthropic = (status: number, type: string, message: string, headers: Refusal['headers'] = {}): Refusal => ({
  status,
  headers,
  body: {type: 'error', error: {type, message}},
});

/** Sent for every request until the bill is paid. @see https://platform.openai.com/docs/guides/error-codes */
export const insufficientQuota: Refusal = openai(429, {
  message: 'You exceeded your current quota, please check your plan and billing details.',
  type: 'insufficient_quota',
  code: 'insufficient_quota',
});

/** More tokens in one request than the account has in a minute. */
export const requestTooLarge: Refusal = openai(429, {
  message: 'Request too large for model-1 on tokens per min (TPM): Limit 30000, Requested 48211.',
  type: 'tokens',
  code: 'rate_limit_exceeded',
});

/** @see https://docs.anthropic.com/en/api/errors */
export const creditTooLow: Refusal = anthropic(
  400,
  'invalid_request_error',
  'Your credit balance is too low to access the API.',
);

/** @see https://docs.anthropic.com/en/api/errors */
export const overloaded: Refusal = anthropic(529, 'overloaded_error', 'Overloaded');

/** A 429 with the wait in headers. */
export const throttled = (headers: Readonly<Record<string, string>>): Refusal =>
  openai(429, {message: 'Rate limit reached.', type: 'requests', code: 'rate_limit_exceeded'}, headers);

/** A 429 with the wait only in the message, such as `2.2s` or `6m0s`. */
export const tryAgainIn = (wait: string): Refusal =>
  openai(429, {
    message: `Rate limit reached for model-1 on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in ${wait}.`,
    type: 'requests',
    code: 'rate_limit_exceeded',
  });

/** @see https://cloud.google.com/apis/design/errors for google.rpc.RetryInfo and google.rpc.QuotaFailure */
const exhausted = (quotaId: string, retryDelay: string | null): Refusal => ({
  status: 429,
  body: {
    error: {
      code: 429,
      message: 'You exceeded your current quota.',
      status: 'RESOURCE_EXHAUSTED',
      details: [
        {'@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{quotaId}]},
        ...(retryDelay === null ? [] : [{'@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay}]),
      ],
    },
  },
});

export const retryInfo = (seconds: number): Refusal =>
  exhausted('GenerateRequestsPerMinutePerProjectPerModel-FreeTier', `${seconds}s`);
export const perDay: Refusal = exhausted('GenerateRequestsPerDayPerProjectPerModel-FreeTier', null);

/** A model that is being loaded. @see https://huggingface.co/docs/api-inference/detailed_parameters */
export const loading = (seconds: number): Refusal => ({
  status: 503,
  body: {error: 'Model model-1 is currently loading', estimated_time: seconds},
});

/** The limit of a gateway. @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/rate_limit_filter */
export const envoyRateLimited: Refusal = {status: 429, headers: {'x-envoy-ratelimited': 'true'}, body: {}};

/** From the server, or from a proxy in front of it. */
export const unavailable: Refusal = {
  status: 503,
  body: {error: {message: 'Service unavailable.', type: 'server_error'}},
};

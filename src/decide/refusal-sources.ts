/** The vendors of the errors of model endpoints, and their documentation, or the source code of their servers. Apart from the table, because no client needs it. */
import type {Refusal} from './refusals.ts';

const ANTHROPIC_LIMITS = 'https://docs.claude.com/en/api/rate-limits';

const BY_VENDOR: Readonly<Record<string, string>> = {
  OpenAI: 'https://platform.openai.com/docs/guides/error-codes',
  Anthropic: 'https://docs.claude.com/en/api/errors',
  Google: 'https://ai.google.dev/gemini-api/docs/troubleshooting',
  'Azure OpenAI': 'https://learn.microsoft.com/azure/ai-services/openai/quotas-limits',
  'Amazon Bedrock': 'https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html',
  GitHub: 'https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api',
  DashScope: 'https://help.aliyun.com/zh/model-studio/error-code',
  AWS: 'https://github.com/smithy-lang/smithy-typescript/blob/main/packages/service-error-classification/src/constants.ts',
  'Hugging Face': 'https://github.com/huggingface/transformers/issues/11904',
  Groq: 'https://console.groq.com/docs/errors',
  TGI: 'https://github.com/huggingface/text-generation-inference/blob/main/router/src/infer/mod.rs',
  'llama.cpp': 'https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md',
};

/** Rows whose source is another one than that of their vendor, by their first word. */
const BY_WORD: Readonly<Record<string, string>> = {
  enforced_spend_limit_reached: ANTHROPIC_LIMITS,
  'credit balance is too low': ANTHROPIC_LIMITS,
  conversation_locked:
    'https://github.com/openai/openai-agents-python/blob/main/src/agents/run_internal/model_retry.py',
  content_filter: 'https://learn.microsoft.com/azure/ai-services/openai/how-to/manage-costs',
  PerDay: 'https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto',
};

/** The first word of each row, by the vendor that sends it. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  OpenAI: [
    'insufficient_quota',
    'Request too large for',
    'conversation_locked',
    'rate_limit_exceeded',
    'server_is_overloaded',
    'server_error',
  ],
  Anthropic: [
    'enforced_spend_limit_reached',
    'billing_error',
    'credit balance is too low',
    'rate_limit_error',
    'overloaded_error',
    'api_error',
    'timeout_error',
    'invalid_request_error',
    'authentication_error',
    'permission_error',
    'not_found_error',
    'request_too_large',
  ],
  Google: [
    'PerDay',
    'RESOURCE_EXHAUSTED',
    'UNAVAILABLE',
    'INTERNAL',
    'DEADLINE_EXCEEDED',
    'INVALID_ARGUMENT',
    'UNAUTHENTICATED',
    'PERMISSION_DENIED',
    'NOT_FOUND',
  ],
  'Azure OpenAI': ['rate limit of your current', 'content_filter'],
  'Amazon Bedrock': [
    'ServiceQuotaExceededException',
    'ModelNotReadyException',
    'ThrottlingException',
    'ServiceUnavailableException',
    'ModelTimeoutException',
    'ModelErrorException',
    'InternalServerException',
    'ValidationException',
    'AccessDeniedException',
  ],
  GitHub: ['secondary rate limit'],
  DashScope: ['error-code#token-limit'],
  AWS: ['Throttling'],
  'Hugging Face': ['is currently loading'],
  Groq: ['json_validate_failed'],
  TGI: ['overloaded'],
  'llama.cpp': ['Loading model'],
};

export const vendorOf = ({words: [first = '']}: Refusal): string =>
  Object.keys(WORDS).find(vendor => WORDS[vendor]!.includes(first))!;

export const sourceOf = (row: Refusal): string => BY_WORD[row.words[0]!] ?? BY_VENDOR[vendorOf(row)]!;

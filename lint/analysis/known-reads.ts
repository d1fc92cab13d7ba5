/** Paths where a second POST does no harm, by the service that documents them: it reads, or the service expects duplicates. */

import type {KnownPaths} from './known-path.ts';

const READS: readonly Pick<KnownPaths, 'generates' | 'hosts' | 'paths'>[] = [
  // OpenAI: a model computes a new response
  {
    generates: true,
    paths: [
      'completions',
      'v1/responses',
      'openai/responses',
      '/responses',
      'images/generations',
      'images/edits',
      'images/variations',
      'audio/transcriptions',
      'audio/translations',
      'audio/speech',
    ],
  },
  // Anthropic, and others that have its API: a model computes a new response. Elsewhere /v1/messages sends one
  {
    generates: true,
    hosts: [
      'anthropic.com',
      'openrouter.ai',
      'deepseek.com',
      'moonshot.ai',
      'x.ai',
      'azure.com',
      'cloudflare.com',
      'vercel.sh',
      'localhost',
    ],
    paths: ['v1/messages'],
  },
  // OpenAI, Anthropic and Amazon Bedrock: it counts tokens, and changes nothing
  {
    paths: ['responses/input_tokens', 'messages/count_tokens', 'model/*/count-tokens'],
  },
  // Gemini: a model computes a new response
  {
    generates: true,
    paths: [
      '*:generateContent',
      '*:streamGenerateContent',
      '*:generateAnswer',
      'google.*/GenerateContent',
      'google.*/StreamGenerateContent',
    ],
  },
  // Amazon Bedrock: a model computes a new response
  {
    generates: true,
    paths: [
      'model/*/invoke',
      'model/*/invoke-with-response-stream',
      'model/*/converse',
      'model/*/converse-stream',
      'guardrail/*/version/*/apply',
      'retrieveAndGenerate',
    ],
  },
  // SageMaker: a model computes a new response
  {
    paths: ['endpoints/*/invocations', 'serving-endpoints/*/invocations', '/invocations'],
  },
  // Ollama: a model computes a new response
  {
    paths: ['api/chat', 'api/generate', 'api/show'],
  },
  // TorchServe: a model computes a new response
  {
    paths: ['/generate', '/generate_stream', 'models/*/generate', 'models/*/generate_stream', 'predictions/*'],
  },
  // KServe and Triton, Vertex, SageMaker, Replicate, Hugging Face, Cloudflare, Alibaba, IBM, Voyage, Mistral: a model computes a new response
  {
    generates: true,
    paths: [
      '*:predict',
      '*:explain',
      'v2/models/*/infer',
      'v2/models/*/versions/*/infer',
      'invocations',
      'invocations-response-stream',
      'v1/predictions',
      'v1/models/*/*/predictions',
      'v1/deployments/*/*/predictions',
      'hf-inference/models/*/*',
      '/models/*/*',
      'accounts/*/ai/run/*/*/*',
      'services/aigc/*/*',
      'services/embeddings/**',
      'ml/v1/text/*',
      'multimodalembeddings',
      'v1/ocr',
      '/completion',
      'embed_*',
    ],
  },
  // Cohere: a model computes a new response
  {generates: true, paths: ['v1/chat', 'v2/chat']},
  // Elasticsearch: a search
  {
    paths: [
      '_msearch',
      '_mget',
      '_search/template',
      '_msearch/template',
      '_render/template',
      '_field_caps',
      '_termvectors',
      '_termvectors/*',
      '_mtermvectors',
      '_terms_enum',
      '_sql',
      '_plugins/_ppl',
    ],
  },
  // Qdrant: a search
  {
    paths: [
      'collections/*/points',
      'points/scroll',
      'points/discover',
      'points/search/batch',
      'points/query/batch',
      'indexes/*/queries',
    ],
  },
  // CouchDB: a search
  {
    paths: ['_all_docs', '_bulk_get', '_changes', '_revs_diff', '_view/*', '_view/*/queries'],
  },
  // Druid: a search
  {paths: ['druid/v2', 'druid/v2/sql']},
  // Prometheus: a query may be sent as a form
  {
    paths: ['api/v1/series', 'api/v1/labels'],
  },
  // Google APIs: the custom verb reads
  {
    paths: ['*:testIamPermissions', '*:runReport', '*:batchRunReports', '*:deidentify'],
  },
  // Kubernetes: a review is answered and not kept, a requested token is one of many
  {
    paths: [
      'subjectaccessreviews',
      'selfsubjectaccessreviews',
      'localsubjectaccessreviews',
      'selfsubjectrulesreviews',
      'selfsubjectreviews',
      'tokenreviews',
      'serviceaccounts/*/token',
    ],
  },
  // GitHub: Markdown is rendered
  {paths: ['/markdown', '/markdown/raw']},
  // Slack: the method reads, or refuses what is done already
  {
    paths: [
      'api/reactions.add',
      'api/*.list',
      'api/*.info',
      'api/*.history',
      'api/*.replies',
      'api/*.members',
      'api/search.*',
      'api/*.test',
    ],
  },
  // Stripe: a preview is not kept
  {
    hosts: ['api.stripe.com'],
    paths: ['invoices/create_preview'],
  },
  // Binance: the order is checked, and not placed
  {paths: ['api/v3/order/test', 'api/v3/sor/order/test', 'fapi/v1/order/test']},
  // Kraken: every private method is a POST
  {
    paths: [
      '0/private/Balance',
      '0/private/BalanceEx',
      '0/private/ClosedOrders',
      '0/private/DepositStatus',
      '0/private/Ledgers',
      '0/private/OpenOrders',
      '0/private/OpenPositions',
      '0/private/TradeBalance',
      '0/private/WithdrawInfo',
      '0/private/WithdrawStatus',
    ],
  },
  // OTLP: OTLP asks its clients to retry, and delivers at least once
  {
    paths: ['v1/traces', 'v1/metrics', 'v1/logs', 'opentelemetry.proto.collector.*/Export'],
  },
  // Loki: a line with the same time and text is kept once
  {
    paths: ['loki/api/v1/push'],
  },
  // etcd: a range of keys is read
  {paths: ['etcdserverpb.KV/Range']},
];

export const knownReads: readonly KnownPaths[] = READS.map(read => ({effect: 'harmless', why: undefined, ...read}));

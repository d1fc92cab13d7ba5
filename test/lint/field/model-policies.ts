/** Policies for model servers, and for functions in the cloud. */

import {declared, type FieldPolicy, posted} from './policy.ts';

const transient = [408, 429, '5xx', 'network', 'timeout'] as const;

export const modelPolicies: readonly FieldPolicy[] = [
  {
    name: 'OpenAI: completions, responses, embeddings and moderations are declared',
    policy: {
      retryOn: transient,
      routes: declared(
        '/v1/chat/completions',
        '/v1/responses',
        '/v1/embeddings',
        '/v1/moderations',
        '/openai/v1/responses',
      ),
    },
    finds: [],
    not: ['RL101', 'RL104'],
  },
  {
    name: 'OpenAI: POST is declared for the whole origin',
    policy: {
      routes: [{match: {methods: ['POST'], origin: 'https://api.openai.com'}, idempotentMethods: ['POST']}],
    },
    finds: ['RL101 warning routes[0].match.methods'],
    not: ['RL104'],
    unfixed: ['RL101'],
  },
  {
    name: 'OpenAI: batches and fine-tuning start work',
    policy: {routes: declared('/v1/batches', '/v1/fine_tuning/jobs', '/v1/threads/*/messages')},
    finds: [
      'RL101 error routes[0].match.methods',
      'RL101 error routes[1].match.methods',
      'RL101 error routes[2].match.methods',
    ],
    not: [],
  },
  {
    name: 'OpenAI: a file is uploaded, with the default triggers',
    policy: {routes: posted('/v1/files')},
    finds: [],
    not: ['RL101'],
  },
  {
    name: 'Anthropic: messages and their tokens are declared',
    policy: {
      retryOn: transient,
      routes: declared('/v1/messages', '/v1/messages/count_tokens', '/anthropic/v1/messages'),
    },
    finds: [],
    not: ['RL101'],
  },
  {
    name: 'Anthropic: a batch of messages is created',
    policy: {routes: declared('/v1/messages/batches')},
    finds: ['RL101 error routes[0].match.methods'],
    not: [],
  },
  {
    name: 'Gemini and Vertex AI: custom verbs that generate, count and predict',
    policy: {
      retryOn: transient,
      routes: declared(
        '/v1beta/models/*:generateContent',
        '/v1/projects/*/locations/*/publishers/google/models/*:streamGenerateContent',
        '/v1/projects/*/locations/*/publishers/anthropic/models/*:rawPredict',
        '/v1/projects/*/locations/*/endpoints/*:predict',
        '/v1beta/models/*:countTokens',
        '/v1beta/models/*:batchEmbedContents',
      ),
    },
    finds: [],
    not: ['RL101'],
  },
  {
    name: 'Vertex AI: a prediction job is created',
    policy: {routes: declared('/v1/projects/*/locations/*/batchPredictionJobs')},
    finds: ['RL101 error routes[0].match.methods'],
    not: [],
  },
  {
    name: 'Bedrock and SageMaker: models are invoked',
    policy: {
      retryOn: transient,
      routes: declared(
        '/model/*/invoke',
        '/model/*/converse',
        '/model/*/invoke-with-response-stream',
        '/endpoints/*/invocations',
        '/invocations',
      ),
    },
    finds: [],
    not: ['RL101'],
  },
  {
    name: 'AWS Lambda: what the function does is not known',
    policy: {routes: declared('/2015-03-31/functions/*/invocations')},
    finds: ['RL101 info routes[0].match.methods'],
    not: [],
    unfixed: ['RL101'],
  },
  {
    name: 'Ollama, TGI, vLLM, KServe and Cohere: models that are run by oneself',
    policy: {
      retryOn: transient,
      routes: declared(
        '/api/chat',
        '/api/generate',
        '/api/embed',
        '/generate',
        '/generate_stream',
        '/v2/models/*/infer',
        '/v2/rerank',
        '/tokenize',
        '/predictions/*',
      ),
    },
    finds: [],
    not: ['RL101'],
  },
];

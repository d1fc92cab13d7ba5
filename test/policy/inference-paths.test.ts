/** The inference paths of vendors and servers, each with its source: a POST there may be repeated under `steadfetch:llm`. */
import {expect} from 'chai';
import {resolvePolicy} from '../../src/policy/resolve.ts';

const COHERE = 'https://docs.cohere.com/reference';
const OLLAMA = 'https://github.com/ollama/ollama/blob/main/docs/api.md';
const TGI = 'https://huggingface.github.io/text-generation-inference';
const TEI = 'https://huggingface.github.io/text-embeddings-inference';
const KSERVE = 'https://kserve.github.io/website/docs/concepts/architecture/data-plane';
const TRITON =
  'https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/extension_generate.html';
const VERTEX = 'https://cloud.google.com/vertex-ai/docs/reference/rest';
const SAGEMAKER = 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html';
const DATABRICKS = 'https://docs.databricks.com/api/workspace/servingendpoints/query';
const REPLICATE = 'https://replicate.com/docs/reference/http';
const HUGGING_FACE = 'https://huggingface.co/docs/inference-providers';
const BEDROCK = 'https://docs.aws.amazon.com/bedrock/latest/APIReference';
const GEMINI = 'https://ai.google.dev/api';
const OPENAI = 'https://platform.openai.com/docs/api-reference';

const PATHS: readonly (readonly [path: string, source: string])[] = [
  ['/v1/chat/completions', OPENAI],
  ['/v1/chat/completions/', OPENAI],
  ['/v1/completions', OPENAI],
  ['/v1/responses', OPENAI],
  ['/v1/embeddings', OPENAI],
  ['/v1/moderations', OPENAI],
  ['/v1/audio/speech', OPENAI],
  ['/v1/images/generations', OPENAI],
  ['/openai/deployments/d/chat/completions', 'https://learn.microsoft.com/azure/ai-services/openai/reference'],
  ['/models/chat/completions', 'https://learn.microsoft.com/rest/api/aifoundry/model-inference'],
  ['/v1/messages', 'https://docs.claude.com/en/api/messages'],
  ['/v1beta/models/m:generateContent', GEMINI],
  ['/v1beta/models/m:embedContent', GEMINI],
  ['/v1/projects/p/locations/l/endpoints/e:predict', VERTEX],
  ['/v1/projects/p/locations/l/publishers/anthropic/models/m:rawPredict', VERTEX],
  ['/v1/projects/p/locations/l/endpoints/e:explain', VERTEX],
  ['/model/m/invoke', BEDROCK],
  ['/model/m/converse-stream', BEDROCK],
  ['/model/m/count-tokens', BEDROCK],
  ['/v1/chat', COHERE],
  ['/v2/chat', COHERE],
  ['/v1/embed', COHERE],
  ['/v2/embed', COHERE],
  ['/v1/rerank', COHERE],
  ['/v2/rerank', COHERE],
  ['/api/chat', OLLAMA],
  ['/api/generate', OLLAMA],
  ['/api/embed', OLLAMA],
  ['/api/embeddings', OLLAMA],
  ['/generate', TGI],
  ['/generate_stream', TGI],
  ['/embed', TEI],
  ['/embed_all', TEI],
  ['/embed_sparse', TEI],
  ['/rerank', TEI],
  ['/predict', TEI],
  ['/completion', 'https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md'],
  ['/v1/models/m:predict', KSERVE],
  ['/v2/models/m/infer', KSERVE],
  ['/v2/models/m/versions/1/infer', KSERVE],
  ['/v2/models/m/generate', TRITON],
  ['/v2/models/m/generate_stream', TRITON],
  ['/predictions/m', 'https://pytorch.org/serve/inference_api.html'],
  ['/endpoints/e/invocations', SAGEMAKER],
  ['/endpoints/e/invocations-response-stream', SAGEMAKER],
  ['/serving-endpoints/e/invocations', DATABRICKS],
  ['/serving-endpoints/e/invocations/', DATABRICKS],
  ['/v1/predictions', REPLICATE],
  ['/v1/models/owner/name/predictions', REPLICATE],
  ['/v1/deployments/owner/name/predictions', REPLICATE],
  ['/models/org/name', HUGGING_FACE],
  ['/hf-inference/models/org/name/pipeline/feature-extraction', HUGGING_FACE],
  ['/client/v4/accounts/a/ai/run/@cf/meta/llama', 'https://developers.cloudflare.com/workers-ai/get-started/rest-api'],
  ['/api/v1/services/aigc/text-generation/generation', 'https://help.aliyun.com/zh/model-studio'],
  ['/ml/v1/text/generation', 'https://cloud.ibm.com/apidocs/watsonx-ai'],
  ['/v1/multimodalembeddings', 'https://docs.voyageai.com/reference'],
  ['/v1/ocr', 'https://docs.mistral.ai/api'],
];

/** They create something, act, or run for longer than a call. */
const OTHERS = [
  '/v1/files',
  '/v1/batches',
  '/v1/fine_tuning/jobs',
  '/v1/models',
  '/v1/datasets',
  '/v1/embed-jobs',
  '/api/pull',
  '/api/create',
  '/api/chats',
  '/v1beta/models/m:batchGenerateContent',
  '/v1/projects/p/locations/l/publishers/google/models/m:predictLongRunning',
  '/v1/trainings',
  '/endpoints/e/async-invocations',
  // An agent acts: https://docs.aws.amazon.com/bedrock-agentcore/latest/APIReference/API_InvokeAgentRuntime.html; so may a function of Lambda.
  '/runtimes/arn%3Aaws%3Abedrock-agentcore%3Aus-east-1%3A0%3Aruntime%2Fr/invocations',
  '/runtimes/r/invocations',
  '/2015-03-31/functions/f/invocations',
  // What an agent's container, MLflow and a container of SageMaker have alike.
  '/invocations',
  '/v2/repository/models/m/load',
];

describe('the inference paths of steadfetch:llm', () => {
  const {routes} = resolvePolicy({extends: ['steadfetch:llm']});
  const known = (path: string): boolean => routes.some(({matches}) => matches('POST', 'https://model.example', path));

  for (const [path, source] of PATHS)
    it(`POST ${path} may be repeated: ${source}`, () => {
      expect(known(path)).to.equal(true);
    });

  for (const path of OTHERS)
    it(`POST ${path} may not`, () => {
      expect(known(path)).to.equal(false);
    });
});

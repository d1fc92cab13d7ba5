/** What docs/clients.md says of the SDKs of model vendors. Imports no SDK, so that the page is made without them. */

export interface ModelSdk {
  readonly package: string;
  /** Where the SDK takes a fetch. */
  readonly fetch: string;
  /** How its own retries are switched off. */
  readonly ownRetries: string;
}

const NO_RETRIES = 'none';

/** In the order of sdks.ts. */
export const modelSdks: readonly ModelSdk[] = [
  {package: 'openai', fetch: '`fetch`', ownRetries: '`maxRetries: 0`'},
  {package: '@anthropic-ai/sdk', fetch: '`fetch`', ownRetries: '`maxRetries: 0`'},
  {package: 'ai', fetch: '`fetch` of the provider', ownRetries: '`maxRetries: 0` with each call'},
  {package: '@google/genai', fetch: '`httpOptions.fetch`', ownRetries: NO_RETRIES},
  {package: '@mistralai/mistralai', fetch: '`httpClient: new HTTPClient({fetcher})`', ownRetries: NO_RETRIES},
  {package: 'cohere-ai', fetch: '`fetch`', ownRetries: '`maxRetries: 0`'},
  {package: 'groq-sdk', fetch: '`fetch`', ownRetries: '`maxRetries: 0`'},
  {package: 'ollama', fetch: '`fetch`', ownRetries: NO_RETRIES},
  {package: '@langchain/openai', fetch: '`configuration.fetch`', ownRetries: '`maxRetries: 0`'},
  {package: '@huggingface/inference', fetch: '`fetch`', ownRetries: '`retry_on_error: false`'},
  {package: 'replicate', fetch: '`fetch`', ownRetries: 'no option, see below'},
  {package: 'together-ai', fetch: '`fetch`', ownRetries: '`maxRetries: 0`'},
  {
    package: '@aws-sdk/client-bedrock-runtime',
    fetch: '`requestHandler: new FetchHttpHandler({customFetch})`',
    ownRetries: '`maxAttempts: 1`',
  },
  {package: '@pinecone-database/pinecone', fetch: '`fetchApi`', ownRetries: '`maxRetries: 0`'},
];

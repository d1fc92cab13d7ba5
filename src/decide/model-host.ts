/** The hosts of model vendors: what answers there is throttled, is paid for, and takes minutes. */

/** With their subdomains and regions, such as `eu.api.openai.com` and `us-central1-aiplatform.googleapis.com`. */
const HOSTS: readonly string[] = [
  'ai-gateway.vercel.sh',
  'aiplatform.googleapis.com',
  'api.anthropic.com',
  'api.cerebras.ai',
  'api.cohere.ai',
  'api.cohere.com',
  'api.deepseek.com',
  'api.fireworks.ai',
  'api.groq.com',
  'api.mistral.ai',
  'api.moonshot.ai',
  'api.openai.com',
  'api.perplexity.ai',
  'api.replicate.com',
  'api.sambanova.ai',
  'api.together.ai',
  'api.together.xyz',
  'api.voyageai.com',
  'api.x.ai',
  'dashscope-intl.aliyuncs.com',
  'dashscope.aliyuncs.com',
  'gateway.ai.cloudflare.com',
  'generativelanguage.googleapis.com',
  'integrate.api.nvidia.com',
  'openai.azure.com',
  'openrouter.ai',
  'router.huggingface.co',
  'services.ai.azure.com',
];

const BEDROCK = /^bedrock-runtime(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/;

/** The host of an origin or a URL, if models are called there. */
export function modelHostOf(url: string): string | undefined {
  const host = URL.parse(url)?.hostname ?? '';
  const isKnown = HOSTS.some(name => host === name || host.endsWith(`.${name}`) || host.endsWith(`-${name}`));
  return isKnown || BEDROCK.test(host) ? host : undefined;
}

/** Whose limit a request uses: vendors limit by API key, and by model or deployment. */
import {digestOf} from '../core/digest.ts';
import {systemRandom} from '../core/random.ts';
import {isRecord, parsedText} from '../core/unknown-value.ts';
import type {Quota} from '../policy/types.ts';

/** What of a request says whose it is. */
export interface AccountFacts {
  readonly url: string;
  /** The request body as text; undefined where it is not known. */
  readonly bodyText?: string | undefined;
  /** The value of a header of the caller's; null without one. Left out: headers are not known. */
  headerOf?(name: string): string | null;
}

/**
 * The headers in which vendors take the key, and those that name whose budget it draws on.
 *
 * @see OpenAI, Anthropic, Azure OpenAI, Gemini and ElevenLabs, authentication
 */
const CREDENTIAL_HEADERS = [
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'xi-api-key',
  'ocp-apim-subscription-key',
  'openai-organization',
  'openai-project',
  'x-goog-user-project',
];
/** Gemini takes its key there. */
const CREDENTIAL_PARAMETER = /[?&](?:api[_-]?key|key)=([^&#]*)/i;
/** The signature of AWS is another one for each request; the key that made it comes before the first slash. */
const AWS_KEY = /^AWS4-HMAC-SHA256 Credential=([^/,]+)/;

/** Azure's deployments, Bedrock, Gemini and Vertex, SageMaker and Databricks, Cloudflare. */
const MODEL_IN_PATH = /\/(?:deployments|models?|engines|(?:serving-)?endpoints|ai\/run)\/([^?#:]{1,200})/;
/** In a JSON string the quotes would be escaped, so a text that speaks of a model is none. */
const MODEL_IN_BODY = /"model"\s{0,9}:\s{0,9}"((?:[^"\\]|\\.){1,200})"/g;
const LONGEST_MODEL = 200;

/** Another one in each process, so that a digest that comes to light says nothing elsewhere. Made on first use: some workers allow no randomness while modules load. */
let seed: number | undefined;

/** A name for the account, without the credential itself; "" if nothing is known of it. */
export function accountOf(per: Quota['per'], facts: AccountFacts): string {
  const credential = per.includes('credential') ? credentialOf(facts) : '';
  const model = per.includes('model') ? modelOf(facts) : '';
  return credential === '' && model === '' ? '' : `${credential} ${model}`;
}

function credentialOf({url, headerOf}: AccountFacts): string {
  const values = CREDENTIAL_HEADERS.map(name => headerOf?.(name) ?? '');
  values.push(CREDENTIAL_PARAMETER.exec(url)?.[1] ?? '');
  const known = values.map(value => AWS_KEY.exec(value)?.[1] ?? value).join('\n');
  if (known.trim() === '') return '';
  seed ??= Math.trunc(systemRandom() * 2 ** 32);
  return digestOf(known, seed);
}

const modelOf = ({url, bodyText = ''}: AccountFacts): string => MODEL_IN_PATH.exec(url)?.[1] ?? modelIn(bodyText);

/** If the text names one model, the body need not be parsed. */
function modelIn(text: string): string {
  const found = [...text.matchAll(MODEL_IN_BODY)].map(([, model]) => model!);
  if (found.length <= 1) return found[0] ?? '';
  const body = parsedText(text);
  return isRecord(body) && typeof body.model === 'string' ? body.model.slice(0, LONGEST_MODEL) : '';
}

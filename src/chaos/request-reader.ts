/** Reads requests as the model of the service looks at them. */
import type {IncomingMessage} from 'node:http';
import {askedTokens} from '../decide/asked-tokens.ts';
import {STANDARD_KEY_HEADER} from '../decide/idempotency.ts';
import type {ScenarioRequest, ScenarioService, Traffic} from '../simulate/scenario/types.ts';
import type {ServiceRequest} from '../simulate/service/service.ts';

/** A request, and the number of its client. */
export interface ReadRequest {
  readonly request: ServiceRequest;
  readonly client: number;
}

/** A larger body is kept by no model endpoint either. */
export const MAX_BODY_BYTES: number = 32 * 2 ** 20;
/** Those that come later share the last number. */
const MAX_CLIENTS = 10_000;

export class RequestReader {
  /** What a request asks for that says nothing of it. */
  readonly #usual: ScenarioRequest;
  /** Bodies are kept only where the scenario has a use for their tokens. */
  readonly #countsTokens: boolean;
  readonly #clients = new Map<string, number>();

  constructor({requests}: Traffic, {tokensPerSecond, quotas}: ScenarioService) {
    this.#usual = requests[0]!;
    this.#countsTokens = tokensPerSecond !== null || quotas.some(({unit}) => unit !== 'requests');
  }

  /** Reads the request to its end. @throws Error where the client leaves before. */
  async read(incoming: IncomingMessage): Promise<ReadRequest | 'too large'> {
    const text = await this.#bodyOf(incoming);
    if (text === null) return 'too large';
    const asked = askedTokens(text);
    const {inputTokens, outputTokens} = this.#usual;
    const request: ServiceRequest = {
      method: incoming.method ?? 'GET',
      url: incoming.url ?? '/',
      inputTokens: asked.inputTokens ?? inputTokens,
      outputTokens: asked.outputTokens ?? outputTokens,
      key: incoming.headers[STANDARD_KEY_HEADER.toLowerCase()] !== undefined,
      bodyText: text,
    };
    return {request, client: this.#clientOf(incoming)};
  }

  /** Null where the body is too large. Read to its end in any case: a client that still sends does not read the answer. */
  async #bodyOf(incoming: IncomingMessage): Promise<string | undefined | null> {
    const decoder = new TextDecoder();
    let text = '';
    let bytes = 0;
    for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
      if (!this.#countsTokens) continue;
      bytes += chunk.length;
      text = bytes > MAX_BODY_BYTES ? '' : text + decoder.decode(chunk, {stream: true});
    }
    if (bytes > MAX_BODY_BYTES) return null;
    return bytes === 0 ? undefined : text;
  }

  /** Services know their clients by their credentials. */
  #clientOf({headers}: IncomingMessage): number {
    const credential = headers.authorization ?? headers['x-api-key'] ?? headers['api-key'] ?? '';
    const key = String(credential);
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    const number = Math.min(this.#clients.size, MAX_CLIENTS - 1);
    if (this.#clients.size < MAX_CLIENTS) this.#clients.set(key, number);
    return number;
  }
}

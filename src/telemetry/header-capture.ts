/** Records headers on spans: only those named in the options, never those that carry secrets, and URLs without their secrets. */
import type {Attributes} from '@opentelemetry/api';
import {redactUrl} from '../decide/redact.ts';
import {looksSecret} from '../decide/secret-name.ts';
import {HTTP_REQUEST_HEADER, HTTP_RESPONSE_HEADER} from './attributes.ts';

/** Secrets by nature, beside the names of credentials. No option allows them. */
const DENIED = new Set([
  'authentication-info',
  'proxy-authenticate',
  'proxy-authentication-info',
  'www-authenticate',
  'cookie2',
  'set-cookie',
  'set-cookie2',
  'idempotency-key',
]);
/** Headers that can be read by name. */
interface Readable {
  get(name: string): string | null;
}

export class HeaderCapture {
  readonly #request: readonly string[];
  readonly #response: readonly string[];

  /** @throws TypeError for a name that is never recorded. */
  constructor({request = [], response = []}: {request?: readonly string[]; response?: readonly string[]}) {
    this.#request = request.map(allowed);
    this.#response = response.map(allowed);
  }

  request(headers: Readable): Attributes {
    return recorded(this.#request, HTTP_REQUEST_HEADER, headers);
  }

  response(headers: Readable): Attributes {
    return recorded(this.#response, HTTP_RESPONSE_HEADER, headers);
  }
}

function allowed(name: string): string {
  const key = name.toLowerCase();
  if (DENIED.has(key) || looksSecret(key)) throw new TypeError(`captureHeaders names ${key}, which carries secrets.`);
  return key;
}

/** As the conventions have it: a list, although it holds all values in one. */
function recorded(names: readonly string[], prefix: string, headers: Readable): Attributes {
  const attributes: Attributes = {};
  try {
    for (const name of names) {
      const value = headers.get(name);
      // Any header may have a URL, and a relative one is known by its query alone.
      if (value !== null) attributes[prefix + name] = [redactUrl(value)];
    }
  } catch {
    // A custom fetch may return invalid headers.
  }
  return attributes;
}

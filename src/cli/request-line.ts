/** One line of the requests: what it must hold, and where it goes. */

/** What a line asks for. */
export interface RequestItem {
  readonly customId: string;
  readonly method: string;
  /** The url as it is written. */
  readonly path: string;
  readonly body: unknown;
}

/** A line, ready to be sent. */
export interface RequestLine extends RequestItem {
  /** Joined to the base. */
  readonly url: string;
}

/** A mistake in a line, with its column if that is known. */
export class LineError extends Error {
  readonly column: number | undefined;

  constructor(message: string, column?: number) {
    super(message);
    this.column = column;
  }
}

/** @throws LineError */
export function readRequestLine(text: string, base: URL): RequestLine {
  const item = readRequestItem(text);
  return {...item, url: joinedUrl(item.path, base)};
}

/** A line before it is known where it goes. @throws LineError */
export function readRequestItem(text: string): RequestItem {
  const line = parse(text);
  if (typeof line !== 'object' || line === null || Array.isArray(line))
    throw new LineError('a request must be an object');
  const {custom_id: customId, method = 'POST', url, body} = line as Record<string, unknown>;
  if (typeof customId !== 'string' || customId === '')
    throw new LineError(`custom_id must be a string that is not empty, got ${shown(customId)}`);
  if (typeof method !== 'string' || !/^[A-Za-z]+$/.test(method))
    throw new LineError(`method must be the name of an HTTP method, got ${shown(method)}`);
  const name = method.toUpperCase();
  if (['CONNECT', 'TRACE', 'TRACK'].includes(name)) throw new LineError(`${name} cannot be sent by fetch`);
  const isBodyless = name === 'GET' || name === 'HEAD';
  if (isBodyless && body !== undefined && body !== null) throw new LineError(`a ${name} carries no body`);
  if (typeof url !== 'string' || url === '')
    throw new LineError(`url must be a path such as "/v1/embeddings", got ${shown(url)}`);
  return {customId, method: name, path: url, body: isBodyless ? undefined : body};
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const {message} = error as Error;
    const position = /at position (\d+)/.exec(message)?.[1];
    const what = message.replace(/ in JSON at position.*| \(line.*|, .* is not valid JSON$/, '');
    throw new LineError(`not JSON: ${what}`, position === undefined ? undefined : Number(position) + 1);
  }
}

/**
 * Joins the url of a line to the base. Every request stays below the base: the headers, and the secrets in them, are for that
 * place of that server only.
 *
 * @throws LineError
 */
export function joinedUrl(url: string, base: URL): string {
  if (/^[\\/]{2}/.test(url)) throw new LineError(`url ${shown(url)} starts with two slashes; write one`);
  const isWhole = /^[a-z][a-z0-9+.-]*:/i.test(url);
  const target = URL.parse(isWhole ? url : `${base.href.replace(/\/$/, '')}/${url.replace(/^\//, '')}`);
  if (target === null) throw new LineError(`Invalid url: ${shown(url)}`);
  if (target.origin !== base.origin) throw new LineError(`url leads to ${target.origin}, and not to ${base.origin}`);
  if (!isBelow(target.pathname, base.pathname))
    throw new LineError(`url ${shown(url)} leads out of ${base.origin}${base.pathname}`);
  target.username = '';
  target.password = '';
  return target.href;
}

/** Also as servers and proxies read a path that decode its slashes before they resolve `..`. */
function isBelow(path: string, base: string): boolean {
  const folder = base.endsWith('/') ? base : `${base}/`;
  if (path !== base && !path.startsWith(folder)) return false;
  const segments = path.replaceAll(/%2e/gi, '.').split(/[\\/]|%2f|%5c/i);
  return !segments.includes('..');
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The target of a call: the parts of its URL that guards, routes and ids use. */

export interface Target {
  /** As `URL.origin` writes it; `null` for URLs without one, and for what is no URL at all. */
  readonly origin: string | null;
  /** As `URL.pathname` writes it. */
  readonly pathname: string;
}

const NOWHERE: Target = {origin: null, pathname: ''};

/** Most calls go where the last one went. */
let lastOrigin = '\0';

/** The origin alone, for policies without routes. */
export function originOf(url: string): string | null {
  if (url.startsWith(lastOrigin) && url[lastOrigin.length] === '/') return lastOrigin;
  const {origin} = targetOf(url);
  if (origin !== null) lastOrigin = origin;
  return origin;
}

export function targetOf(url: string): Target {
  const parsed = URL.parse(url, pageOrigin);
  if (parsed === null) return NOWHERE;
  return {origin: parsed.origin === 'null' ? null : parsed.origin, pathname: parsed.pathname};
}

/** In a browser, the page's origin: relative URLs belong to it, and ids stay with it. Undefined elsewhere. */
export const pageOrigin: string | undefined = readPageOrigin();

function readPageOrigin(): string | undefined {
  const {document, location, WorkerGlobalScope} = globalThis as {
    document?: unknown;
    location?: {origin?: string};
    WorkerGlobalScope?: unknown;
  };
  const isBrowser = document !== undefined || (WorkerGlobalScope !== undefined && location !== undefined);
  const origin = isBrowser ? location?.origin : undefined;
  return origin === 'null' ? undefined : origin;
}

/** Whether ids may be sent to that origin: in a browser they would force a preflight that other servers refuse. */
export function mayCarryIds(origin: string, sendTo: 'all' | 'same-origin' | readonly string[] | null): boolean {
  switch (sendTo ?? (pageOrigin === undefined ? 'all' : 'same-origin')) {
    case 'all':
      return true;
    case 'same-origin':
      return origin !== '' && origin === pageOrigin;
    default:
      return (sendTo as readonly string[]).includes(origin);
  }
}

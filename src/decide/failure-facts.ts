/** Reads what was thrown without trusting it: errors of other realms, frozen ones, ones whose getters throw. */

export interface FailureFacts {
  /** Codes of the failure, or of each address that was tried. */
  readonly codes: readonly string[];
  readonly syscall: string | undefined;
  /** Message of the innermost error. May carry URLs and secrets: for matching only, never to be shown. */
  readonly message: string;
  /** A runtime's way of saying "the network failed" without a code. */
  readonly looksLikeNetwork: boolean;
}

/** What each runtime's fetch says when the wire failed and it tells no more. */
const NETWORK_MESSAGES: readonly RegExp[] = [
  /^Failed to fetch$/, // Chromium
  /^NetworkError when attempting to fetch resource\.?$/, // Firefox
  /^Load failed$/, // Safari
  /^network error$/i, // Chromium, while a body is read
  /^(The )?(network|Network) connection was lost\.?$/, // Safari, workerd
  /^error sending request/, // Deno
  /^terminated$/, // undici, while a body is read
];

const NOTHING: FailureFacts = {codes: [], syscall: undefined, message: '', looksLikeNetwork: false};

export function readFailure(error: unknown): FailureFacts {
  try {
    const outer = asRecord(error);
    if (outer === null) return NOTHING;
    const inner = asRecord(outer.cause) ?? outer;
    const tried = inner.errors;
    const codes = (
      Array.isArray(tried) && tried.length > 0 ? tried.map(each => asRecord(each)?.code) : [inner.code ?? outer.code]
    ).filter(code => typeof code === 'string');
    const message = String(inner.message ?? '');
    return {
      codes,
      syscall: typeof inner.syscall === 'string' ? inner.syscall : undefined,
      message,
      looksLikeNetwork: NETWORK_MESSAGES.some(pattern => pattern.test(message)),
    };
  } catch {
    return NOTHING;
  }
}

/** Whether this is the way a fetch reports a broken wire, and not a mistake in the request or in the user's own code. */
export function isNetworkFailure(error: unknown): boolean {
  const {codes, looksLikeNetwork} = readFailure(error);
  return codes.length > 0 || looksLikeNetwork;
}

const asRecord = (value: unknown): Record<string, unknown> | null =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;

/** Methods as the conventions name them: the known ones, and one word for all others. */
const KNOWN = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', 'QUERY']);

/** Undefined for a method that the conventions do not know. */
export const knownMethod = (method: string): string | undefined => (KNOWN.has(method) ? method : undefined);

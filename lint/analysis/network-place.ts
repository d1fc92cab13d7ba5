/** Classifies an origin by its host as loopback, private or public. */

/** `loopback` stays on the machine; `private` is a private network. */
export type NetworkPlace = 'loopback' | 'private' | 'public';

const PRIVATE_NAME = /(?:^|\.)(?:local|internal|intranet|lan|corp|svc|consul|home\.arpa)$/;
/** RFC 1918, RFC 6598, RFC 3927. */
const PRIVATE_ADDRESS = /^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])|169\.254)\./;
/** RFC 4193, RFC 4291. */
const PRIVATE_ADDRESS_6 = /^\[f(?:[cd][0-9a-f]{2}|e[89ab][0-9a-f]):/;

/** @param hostname Hostname of a URL: lower case, IPv6 in brackets. A dot at its end, as of a name that is complete, is ignored. */
export function networkPlaceOf(hostname: string): NetworkPlace {
  const host = hostname.replace(/\.$/, '');
  if (/^(?:127\.|\[::1\]$)/.test(host) || /(?:^|\.)localhost$/.test(host)) return 'loopback';
  if (host.startsWith('[')) return PRIVATE_ADDRESS_6.test(host) ? 'private' : 'public';
  if (/^[\d.]+$/.test(host)) return PRIVATE_ADDRESS.test(host) ? 'private' : 'public';
  return !host.includes('.') || PRIVATE_NAME.test(host) ? 'private' : 'public';
}

/** The target of a channel, as an origin: so that its guards are those of HTTP calls to the same place. */

/** One host, with or without a port: `dns:host:50051`, `dns:///host`, `ipv4:10.0.0.1:443`. */
const HOST = /^(?:dns|ipv4|ipv6):(?:\/\/[^/]*\/)?([^,/]+)$/;
/** gRPC's port for a target without one; it is also the port that uses TLS. */
const DEFAULT_PORT = '443';

let lastTarget = '';
let lastOrigin = '';

/**
 * The origin of a target. A target does not show whether its channel is encrypted, so the port decides: 443, or none, is https. A target
 * that is not a single host (the path of a socket, a list, the name in a service mesh) is a name of its own.
 */
export function originOfTarget(target: string): string {
  // Most calls go where the last one went.
  if (target === lastTarget) return lastOrigin;
  lastTarget = target;
  lastOrigin = originOf(target);
  return lastOrigin;
}

function originOf(target: string): string {
  const authority = HOST.exec(target)?.[1];
  const url = authority === undefined ? null : URL.parse(`grpc://${authority}`);
  if (url === null || url.hostname === '') return target;
  const isTls = url.port === '' || url.port === DEFAULT_PORT;
  return URL.parse(`${isTls ? 'https' : 'http'}://${authority}`)?.origin ?? target;
}

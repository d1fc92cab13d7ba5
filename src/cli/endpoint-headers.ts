/** The headers of a line at each endpoint of the policy. Those of `--header` are for the server of `--url`; few of them go to another site. */
import type {Endpoints} from '../client/endpoints.ts';
import type {PolicyHandle} from '../client/policy-handle.ts';
import {looksSecret} from '../decide/secret-name.ts';
import type {Endpoint} from '../policy/types.ts';
import {type HeaderPair, readHeader} from './headers.ts';
import {UsageError} from './usage-error.ts';

type Headers = Readonly<Record<string, string>>;

/** The headers that the command line gives. */
export interface GivenHeaders {
  readonly base: URL;
  /** The headers of every request. */
  readonly headers: Headers;
  /** By the name of the endpoint. */
  readonly endpointHeaders: Readonly<Record<string, Headers>>;
}

/** The headers of requests, by where they go. */
export interface LineHeaders {
  /** At the server of `--url`. */
  readonly own: Headers;
  /** At another endpoint, by its name. */
  readonly byEndpoint: Readonly<Record<string, Headers>>;
}

/**
 * @returns The headers of each endpoint, by its name.
 * @throws UsageError, which never repeats a value.
 */
export function readEndpointHeaders(
  texts: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, Headers>> {
  const byName = new Map<string, HeaderPair[]>();
  for (const text of texts) {
    const [, name, header] = /^(\S+)\s+(\S.*)$/s.exec(text) ?? [];
    if (name === undefined || header === undefined)
      throw new UsageError("--endpoint-header must be 'endpoint Name: value', such as 'us Authorization: Bearer …'.");
    byName.set(name, [...(byName.get(name) ?? []), readHeader(header, env, '--endpoint-header')]);
  }
  return Object.fromEntries([...byName].map(([name, pairs]) => [name, Object.fromEntries(pairs)]));
}

/** @throws UsageError for an endpoint that the policy does not have. */
export function checkEndpointNames({endpointHeaders}: GivenHeaders, {plans}: PolicyHandle): void {
  const known = new Set(plans.all.flatMap(({policy}) => policy.endpoints ?? []).map(({name}) => name));
  const unknown = Object.keys(endpointHeaders).find(name => !known.has(name));
  if (unknown === undefined) return;
  const has = known.size === 0 ? 'has no endpoints' : `has the endpoints ${[...known].join(', ')}`;
  throw new UsageError(`--endpoint-header names the endpoint ${JSON.stringify(unknown)}, and the policy ${has}.`);
}

export function lineHeaders(given: GivenHeaders, {plans}: PolicyHandle): LineHeaders {
  const byEndpoint: Record<string, Headers> = {};
  for (const {endpoints} of plans.all)
    for (const endpoint of endpoints?.all ?? []) {
      const withheld = withheldFrom(endpoint, endpoints!, given);
      // Routes may have other settings for an endpoint of the same name: what one withholds is withheld.
      const before = byEndpoint[endpoint.name] ?? given.headers;
      byEndpoint[endpoint.name] = Object.fromEntries(
        Object.entries(before).filter(([name]) => !withheld.includes(name)),
      );
    }
  for (const [name, headers] of Object.entries(given.endpointHeaders))
    byEndpoint[name] = {...byEndpoint[name], ...headers};
  return {own: given.headers, byEndpoint};
}

/** Why no request leaves the server of `--url`, as a sentence; null if requests may, or if the policy has no endpoints there. */
export function whyConfined(given: GivenHeaders, {plans}: PolicyHandle): string | null {
  for (const {endpoints} of plans.all) {
    const addressed = endpoints?.at(given.base.origin) ?? null;
    if (endpoints === null || addressed === null) continue;
    for (const endpoint of endpoints.all) {
      const withheld = withheldFrom(endpoint, endpoints, given).filter(name => name !== 'host');
      const own = Object.keys(given.endpointHeaders[endpoint.name] ?? {});
      const credentials = withheld.filter(looksSecret);
      if (credentials.length > 0 && !own.some(looksSecret))
        return `Requests stay at ${addressed.name}, because --header sets ${credentials.join(', ')}, and no --endpoint-header sets a credential of ${endpoint.name}.`;
      if (withheld.length > 0 && own.length === 0)
        return `Requests stay at ${addressed.name}, because --header sets ${withheld.join(', ')}, which failover.headers does not name, and no --endpoint-header sets a header of ${endpoint.name}.`;
    }
  }
  return null;
}

/** Names of headers of `--header` that are not sent to the endpoint. */
function withheldFrom(endpoint: Endpoint, endpoints: Endpoints, {base, headers}: GivenHeaders): string[] {
  const addressed = endpoints.at(base.origin);
  if (endpoint === addressed) return [];
  const isSameSite = addressed !== null && endpoints.isSameSite(addressed, endpoint);
  return Object.keys(headers).filter(name => name === 'host' || !endpoints.mayCarry(name, isSameSite));
}

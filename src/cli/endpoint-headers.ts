/** The headers of a line at each endpoint of the policy. Credentials of `--header` are for the server of `--url`, and stay there. */
import type {PolicyHandle} from '../client/policy-handle.ts';
import {isCredentialHeader} from '../decide/credentials.ts';
import {type HeaderPair, readHeader} from './headers.ts';
import {UsageError} from './usage-error.ts';

type Headers = Readonly<Record<string, string>>;

/** The headers that the command line gives. */
export interface GivenHeaders {
  readonly base: URL;
  /** For every request. */
  readonly headers: Headers;
  /** By the name of the endpoint. */
  readonly endpointHeaders: Readonly<Record<string, Headers>>;
}

/** The headers of requests, by where they go. */
export interface LineHeaders {
  /** At the server of `--url`. */
  readonly own: Headers;
  /** At every other endpoint. */
  readonly elsewhere: Headers;
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

export function lineHeaders({headers, endpointHeaders}: GivenHeaders, {plans}: PolicyHandle): LineHeaders {
  const isShared = plans.all.every(({endpoints}) => endpoints === null || endpoints.settings.sharedCredentials);
  const follows = (name: string): boolean => name !== 'host' && (isShared || !isCredentialHeader(name));
  const elsewhere = Object.fromEntries(Object.entries(headers).filter(([name]) => follows(name)));
  return {own: headers, elsewhere, byEndpoint: endpointHeaders};
}

/** Why no request leaves the server of `--url`, as a sentence; null if requests may, or if the policy has no endpoints there. */
export function whyConfined({base, headers, endpointHeaders}: GivenHeaders, {plans}: PolicyHandle): string | null {
  const credentials = Object.keys(headers).filter(isCredentialHeader);
  if (credentials.length === 0) return null;
  const lacks = ({name}: {readonly name: string}): boolean =>
    !Object.keys(endpointHeaders[name] ?? {}).some(isCredentialHeader);
  for (const {endpoints} of plans.all) {
    const addressed = endpoints?.at(base.origin) ?? null;
    if (endpoints === null || addressed === null || endpoints.settings.sharedCredentials) continue;
    const other = endpoints.all.find(endpoint => endpoint !== addressed && lacks(endpoint));
    if (other !== undefined)
      return `Requests stay at ${addressed.name}, because --header sets ${credentials.join(', ')}, and no --endpoint-header sets a credential of ${other.name}.`;
  }
  return null;
}

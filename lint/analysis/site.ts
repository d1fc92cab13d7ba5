/** Who runs a host, by its registrable domain. */
import {registrableDomain} from '../../src/decide/site.ts';
import {networkPlaceOf} from './network-place.ts';

/** @returns Undefined for private networks, for IP addresses, which do not say who runs them, and for an invalid URL. */
export function siteOf(origin: string): string | undefined {
  const host = URL.parse(origin)?.hostname.replace(/\.$/, '');
  if (host === undefined || networkPlaceOf(host) !== 'public') return undefined;
  return host.startsWith('[') || /^[\d.]+$/.test(host) ? undefined : registrableDomain(host);
}

/** The sites of endpoints that are known, each once, in alphabetical order. */
export const sitesOf = (endpoints: readonly {readonly origin: string}[]): string[] =>
  [...new Set(endpoints.flatMap(({origin}) => siteOf(origin) ?? []))].sort();

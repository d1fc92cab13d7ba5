/** Who runs a host, by its registrable domain. */
import {registrableDomain} from '../../src/decide/site.ts';
import {networkPlaceOf} from './network-place.ts';

/** @returns Undefined for private networks, for IP addresses, which do not say who runs them, and for an invalid URL. */
export function siteOf(origin: string): string | undefined {
  const host = URL.parse(origin)?.hostname.replace(/\.$/, '');
  if (host === undefined || networkPlaceOf(host) !== 'public') return undefined;
  return host.startsWith('[') || /^[\d.]+$/.test(host) ? undefined : registrableDomain(host);
}

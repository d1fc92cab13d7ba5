/** Links of the pages, which are written for the repository, as links of the site. */
import {posix} from 'node:path';
import {pages} from './pages.ts';
import {homepage, version} from './site.ts';

/** Where the files of the released version are shown, as in the links of findings. */
const SOURCE = `${homepage}/blob/v${version}`;

/**
 * A link of a page. A page of the site is linked by its path there; any other file of the repository in the repository's browser.
 *
 * @param href As written: `../schema/presets`, `policy.md#routes`.
 * @param from The path of the page in the repository.
 */
export function siteLink(href: string, from: string): string {
  if (/^(?:[a-z][a-z0-9+.-]*:|#|\/)/i.test(href)) return href;
  const [path = '', heading] = href.split('#') as [string, string?];
  const target = posix.join(posix.dirname(from), decodeURI(path)).replace(/\/$/, '');
  const page = pages.get(target) ?? pages.get(`${target}/README.md`);
  const address = page === undefined ? `${SOURCE}/${target}` : `/${page}`;
  return heading === undefined ? address : `${address}#${heading}`;
}

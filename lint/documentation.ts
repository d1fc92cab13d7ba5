/** Addresses of the documentation: one function for rules, and one for the guide. */

import {VERSION} from '../src/core/version.ts';
import {homepage} from './homepage.ts';

/** The parts of a rule that decide its URL. */
interface Documented {
  readonly code: string;
  readonly docs?: string;
}

export interface Documentation {
  /** The command that explains the rule in a terminal. It needs no network. */
  readonly command: string;
  /** The page, for programs that show links; undefined where none is known. */
  readonly url: string | undefined;
}

/** A rule of a plugin has the page that it names. Ours have theirs in the repository, at the released version. */
export function documentationOf({code, docs}: Documented, site: string = homepage): Documentation {
  const isOurs = /^RL\d{3}$/.test(code);
  return {
    command: `retry-lint explain ${code}`,
    url: isOurs ? pageOf(`docs/rules/${code}.md`, site) : docs,
  };
}

export const guideUrl = (site: string = homepage): string | undefined => pageOf('docs/retry-lint.md', site);

function pageOf(path: string, site: string): string | undefined {
  return site === '' ? undefined : `${site.replace(/#.*$/, '')}/blob/v${VERSION}/${path}`;
}

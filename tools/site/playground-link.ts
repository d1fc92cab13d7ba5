/** Links to the playground, with a state in their fragment as tools/site/playground/share.ts reads it. */
import {deflateRawSync} from 'node:zlib';
import {escaped} from './plain-page.ts';
import type {State} from './playground/state.ts';
import {base} from './site.ts';

export const fragmentOf = (state: State): string =>
  `#p=${deflateRawSync(JSON.stringify({version: 1, ...state})).toString('base64url')}`;

/** @param fragment Of `fragmentOf`. */
export const playgroundLink = (fragment: string, text: string): string =>
  `<a class="try" href="${base}playground/index.html${fragment}" target="_self">${escaped(text)}</a>`;

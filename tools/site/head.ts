/** What the head of every page says to search engines and to previews of links. */
import {readFileSync} from 'node:fs';
import {base, homepage} from './site.ts';

export type HeadTag = readonly [name: 'link' | 'meta', attributes: Record<string, string>];

export interface Described {
  /** In the site: `rules/RL203.html`. */
  readonly path: string;
  readonly title: string;
  readonly description: string;
}

const tokens = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');

/** The ground of pages, whose color browsers give to their own bars. */
const [, LIGHT = '', DARK = ''] = /--bg: light-dark\((#\w+), (#\w+)\)/.exec(tokens) ?? [];

/** An absolute address. Until package.json names a home, its host ends in `.invalid`, which nobody can register. */
export const addressOf = (path: string): string => `${homepage}/${path.replace(/(?<=^|\/)index\.html$/, '')}`;

export const PICTURE = 'preview.png';

export function headTags({path, title, description}: Described): HeadTag[] {
  return [
    ['link', {rel: 'icon', type: 'image/svg+xml', href: `${base}icon.svg`}],
    ['link', {rel: 'canonical', href: addressOf(path)}],
    ['meta', {name: 'theme-color', media: '(prefers-color-scheme: light)', content: LIGHT}],
    ['meta', {name: 'theme-color', media: '(prefers-color-scheme: dark)', content: DARK}],
    ['meta', {property: 'og:title', content: title}],
    ['meta', {property: 'og:description', content: description}],
    ['meta', {property: 'og:type', content: 'website'}],
    ['meta', {property: 'og:url', content: addressOf(path)}],
    ['meta', {property: 'og:image', content: addressOf(PICTURE)}],
    ['meta', {name: 'twitter:card', content: 'summary_large_image'}],
  ];
}

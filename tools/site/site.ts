/** What every page of the site knows of it. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Frame} from './frame.ts';
import {root} from './pages.ts';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {homepage: string; version: string};

/** The path that the site is served below. SITE_BASE sets it. Default: `/`. */
export const base: string = `/${process.env.SITE_BASE ?? ''}/`.replaceAll(/\/+/g, '/');

/** Without the fragment. */
export const homepage: string = manifest.homepage.replace(/#.*$/, '');

export const version: string = manifest.version;

export const frame: Frame = {prefix: base, version, repository: homepage};

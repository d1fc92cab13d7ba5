/** Writes the landing page. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {bundledStyle} from '../client/build.ts';
import {figuresOf} from './figures.ts';
import {LANDING_STYLE, landing, landingPage} from './page.ts';

export async function buildLanding(dist: string): Promise<void> {
  writeFileSync(join(dist, landing.path), landingPage(await figuresOf()));
  writeFileSync(join(dist, LANDING_STYLE), bundledStyle(fileURLToPath(new URL('style.css', import.meta.url))));
}

/** Builds the site into tools/site/dist: VitePress over docs/, and beside it the playground and the pages that VitePress does not make. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'vitepress';
import {writeExtras} from './extras.ts';
import {buildLanding} from './landing/build.ts';
import {plainFiles} from './plain-page.ts';
import {buildPlayground} from './playground/build.ts';
import {writeSearch} from './search-index.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const dist = join(here, 'dist');

await build(here);
await buildLanding(dist);
await buildPlayground(join(dist, 'playground'));
for (const [name, text] of Object.entries(plainFiles())) writeFileSync(join(dist, name), text);
writeSearch(dist);
writeExtras(dist);

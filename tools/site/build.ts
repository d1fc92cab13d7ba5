/** Builds the site into tools/site/dist: VitePress over docs/, and the playground beside it. */
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'vitepress';
import {drawPictures} from './picture.ts';
import {buildPlayground} from './playground/build.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

await build(here);
await drawPictures(join(here, 'dist'));
await buildPlayground(join(here, 'dist/playground'));

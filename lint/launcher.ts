#!/usr/bin/env node
/**
 * The entry of the command retry-lint: lets Node keep the compiled code of the program in the user's cache folder, and runs the program.
 * Without such a folder, the program runs without a cache. Bundled as CommonJS.
 */

import {enableCompileCache} from 'node:module';
import {usableCacheFolder} from './io/cache-folder.ts';

const {env, platform} = process;
// Node has a cache already if NODE_COMPILE_CACHE names one. Not every runtime has one.
if (env.NODE_DISABLE_COMPILE_CACHE === undefined && env.NODE_COMPILE_CACHE === undefined && enableCompileCache) {
  const folder = usableCacheFolder({env, platform, id: process.geteuid?.()});
  if (folder !== undefined) enableCompileCache(folder);
}
require('./retry-lint-main.cjs');

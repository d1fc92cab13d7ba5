/** By what files of the built-in dialects are found. Loads no code of theirs. */

import type {DialectSign} from './dialect.ts';
import {sign as litellm} from './litellm/sign.ts';
import {pythonLibraries, signOf} from './python/signs.ts';

export const dialectSigns: readonly DialectSign[] = [...pythonLibraries.map(signOf), litellm];

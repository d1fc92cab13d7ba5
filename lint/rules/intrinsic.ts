/** Rules without a check: the linter reports them while it reads a file. */

import type {Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const CODES = 'RL001 RL002 RL003 RL004 RL005 RL006 RL214 RL308 RL402 RL404 RL409 RL604 RL605'.split(' ');

export const intrinsic: readonly Rule[] = CODES.map(code => builtIn(code, {intrinsic: true}));

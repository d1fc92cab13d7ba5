import {unknownMethods} from '../analysis/repeated-calls.ts';
import type {Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const unknownMethodRetried: Rule = builtIn('RL118', unknownMethods);

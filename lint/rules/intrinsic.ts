/** Rules without a check: the linter reports them while it reads a file. */

import type {Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const syntaxError: Rule = builtIn('RL001', {intrinsic: true});
export const duplicateKey: Rule = builtIn('RL002', {intrinsic: true});
export const wrongValue: Rule = builtIn('RL003', {intrinsic: true});
export const unknownField: Rule = builtIn('RL004', {intrinsic: true});
export const missingField: Rule = builtIn('RL005', {intrinsic: true});
export const unreadableText: Rule = builtIn('RL006', {intrinsic: true});
export const weakSuppression: Rule = builtIn('RL604', {intrinsic: true});
export const unusedSuppression: Rule = builtIn('RL605', {intrinsic: true});

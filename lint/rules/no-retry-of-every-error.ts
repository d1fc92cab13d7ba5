import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const everyErrorRetried: Rule = builtIn('RL103', {
  fields: [],
  reads: ['maxAttempts'],
  bears: ['maxAttempts'],

  *check({file, policy}): Iterable<Draft> {
    const {code} = file.shape ?? {};
    if (code?.errors !== 'every' || policy.maxAttempts === 1) return;
    yield {
      at: '',
      span: code.errorsSpan,
      message: `Every error is retried, also those that come again: a wrong key, a refused request, a bug in this code. Name the errors that pass: ${code.remedy}.`,
    };
  },
});

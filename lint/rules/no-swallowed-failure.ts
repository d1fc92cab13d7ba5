import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const swallowedFailure: Rule = builtIn('RL502', {
  fields: [],

  *check({file: {shape}}): Iterable<Draft> {
    const span = shape?.code?.swallowed;
    if (span === undefined) return;
    const throwing = shape!.unit.source.format === 'javascript' ? 'Throw' : 'Raise';
    const message = `After the last attempt the error is dropped: the caller takes a failed call for one without a result. ${throwing} the last error.`;
    yield {at: '', span, message};
  },
});

import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const swallowedFailure: Rule = builtIn('RL502', {
  fields: [],

  *check({file}): Iterable<Draft> {
    const {code} = file.shape ?? {};
    if (code?.swallowed === undefined) return;
    yield {
      at: '',
      span: code.swallowed,
      message: `After the last attempt the error is dropped: the caller takes a failed call for one without a result. ${file.shape?.unit.source.format === 'javascript' ? 'Throw' : 'Raise'} the last error.`,
    };
  },
});

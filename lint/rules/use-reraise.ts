import {assign} from '../analysis/setting.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const wrappedError: Rule = builtIn('RL503', {
  fields: [],

  *check({file}): Iterable<Draft> {
    const {code} = file.shape ?? {};
    if (code?.wraps !== true) return;
    yield {
      at: '',
      message: `After the last attempt ${code.what} raises its own error, and handlers for the cause do not see it. Set reraise to True.`,
      fix: assign('Set reraise to True', 'code.reraise', true),
    };
  },
});

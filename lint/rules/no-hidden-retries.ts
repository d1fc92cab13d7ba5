import type {Change, Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const hiddenRetries: Rule = builtIn('RL410', {
  fields: [],

  *check({file}): Iterable<Draft> {
    const {code} = file.shape ?? {};
    if (code?.hidden === undefined) return;
    const {retries, timeoutS} = code.hidden;
    const changes: Change[] = [{do: 'set', path: 'code.retries', value: retries}];
    if (timeoutS !== undefined) changes.push({do: 'set', path: 'code.timeout', value: timeoutS});
    const waits = timeoutS === undefined ? 'has no timeout' : `waits ${timeoutS} s for each attempt`;
    yield {
      at: '',
      message: `${code.what} retries ${retries} times, and ${waits}, although nothing here says so. Write both.`,
      fix: {title: 'Write the defaults', changes},
    };
  },
});

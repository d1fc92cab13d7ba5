/** Two equal keys in one object: accepted by most parsers, and always a mistake. */

import type {Property, SourceProblem} from './tree.ts';

export function duplicateKey(first: Property, second: Property): SourceProblem {
  return {
    code: 'RL002',
    message: `The key ${JSON.stringify(second.key)} is already used in this object; the last value applies, and the first is ignored. Remove one of them.`,
    span: second.keySpan,
    related: {message: 'The first one is here.', span: first.keySpan},
  };
}

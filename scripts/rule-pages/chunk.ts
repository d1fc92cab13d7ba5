/** The texts of the rules in builds for browsers, which have no docs/rules: a chunk that is loaded when the first rule is explained. */

import type {Plugin} from 'esbuild';
import {readPages} from './read.ts';

export const RULE_TEXTS = 'rule-texts';

/** Makes the module `rule-texts`, which is no file: the reasons and sources of every rule, by code. */
export const ruleTextsChunk: Plugin = {
  name: RULE_TEXTS,
  setup: ({onLoad, onResolve}) => {
    onResolve({filter: new RegExp(`^${RULE_TEXTS}$`)}, ({path}) => ({path, namespace: RULE_TEXTS}));
    onLoad({filter: /.*/, namespace: RULE_TEXTS}, () => {
      const texts = [...readPages()].map(([code, {why, sources}]) => [code, {why, sources}]);
      return {contents: JSON.stringify(Object.fromEntries(texts)), loader: 'json'};
    });
  },
};

/** By what configurations of LiteLLM are found, before any code for them is loaded. */

import type {DialectSign} from '../dialect.ts';

export const sign: DialectSign = {
  name: 'litellm',
  layer: 'gateway',
  names: /\.ya?ml$/i,
  wants: (path, text) => /\.ya?ml$/i.test(path) && /^\uFEFF?model_list:/m.test(text) && text.includes('litellm_params'),
};

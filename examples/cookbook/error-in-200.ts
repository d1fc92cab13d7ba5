/**
 * Retry an error that comes with status 200
 *
 * `classify` sees each outcome. Return undefined where the client's own classification is right. Read a clone of the body, because the
 * caller reads the body itself.
 */
import {createFetch, type ResilientFetch} from '../../src/fetch.ts';

export const soapFetch: ResilientFetch = createFetch(
  {name: 'legacy'},
  {
    async classify({response}) {
      if (response?.status !== 200) return undefined;
      const text = await response.clone().text();
      return text.includes('<busy/>') ? {transient: true, reason: 'busy'} : undefined;
    },
  },
);

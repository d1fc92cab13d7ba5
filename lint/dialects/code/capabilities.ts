/** What retriers in programs have in common. */

import type {Capabilities} from '../dialect.ts';

/** They know no method, no hint of a server, and no budget. */
export const IN_CODE: Capabilities = {
  gatesByMethod: false,
  jitter: 'field',
  attemptTimeout: false,
  honorsHint: false,
  defaultBudget: false,
  kind: 'call',
};

/** The dialects of proxies, workflows and gRPC, whose code is one part that loads with the first file of any of them. */

import type {LateDialect} from '../dialect.ts';
import {type ExactName, exactSigns} from './signs.ts';

export const exactLate: readonly LateDialect[] = Object.entries(exactSigns).map(([name, sign]) => ({
  ...sign,
  load: async () => (await import('./index.ts')).exactDialects[name as ExactName],
}));

/** Rules that are part of another rule now. Their codes and names still work, and no new rule gets them. */

import {formerly} from './rule-facts.ts';

export interface RetiredRule {
  readonly code: string;
  readonly name: string;
  /** The code of the rule that has its check. The same code: the rule was renamed. */
  readonly now: string;
}

export const retired: readonly RetiredRule[] = formerly.map(([code, name, now]) => ({code, name, now}));

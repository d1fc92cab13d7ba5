/** The places that explain a finding. */

import type {Scope} from '../model/scope.ts';
import type {Draft} from '../rule.ts';

/** Fields that the numbers of a finding come from. That of the finding itself and defaults are not shown. */
export const relatedTo = ({words}: Scope, ...paths: readonly string[]): NonNullable<Draft['related']> =>
  paths.map(at => ({at, message: `${words.name(at)} is set here.`}));

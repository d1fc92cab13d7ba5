/** Routes to models, whose vendors charge for each response. */

import type {Scope} from '../model/scope.ts';
import {effectOf} from './path-effect.ts';
import {namedMethods} from './retryability.ts';

/** Whether the scope is a route for POST to a path where a model computes the response. */
export const isModelRoute = (scope: Scope): boolean =>
  effectOf(scope.match).generates === true && namedMethods(scope)?.includes('POST') === true;

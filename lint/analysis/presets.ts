/** Which presets a policy builds on. */

import type {Scope} from '../model/scope.ts';

/** Whether the policy extends that preset, directly or through another file. */
export const buildsOn = ({layers}: Scope, preset: string): boolean => layers.some(({name}) => name === preset);

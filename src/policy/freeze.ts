/** Freezes plain data to the bottom, so that a policy shared by every call cannot be changed by one. */
import {isObject} from '../core/unknown-value.ts';

export function deepFreeze<T>(value: T): T {
  if (isObject(value) && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}

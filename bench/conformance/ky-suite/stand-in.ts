/** What stands in the place of `ky` while ky's tests run: ky, extended, and what it makes is extended too. */
import type {KyInstance, Options} from 'ky';
import {resilience} from '../../../src/core.ts';
import type {Run} from './runs.ts';

export function standIn(ky: KyInstance, {policy, freshHandle, random}: Run): KyInstance {
  if (policy === undefined) return ky;
  const make = (): Options => resilience(policy, random === undefined ? {} : {random: () => random});
  const extension = freshHandle ? freshEachCall(make) : make();
  const mend = (instance: KyInstance): KyInstance => {
    const {extend, create} = instance;
    return Object.assign(instance, {
      extend: (...options: Parameters<typeof extend>) => mend(extend(...options)),
      // `create` drops what was set before it.
      create: (...options: Parameters<typeof create>) => mend(create(...options).extend(extension)),
    });
  };
  return mend(ky.extend(extension));
}

/** A policy of its own, with guards of its own, for each call. */
const freshEachCall = (make: () => Options): Options => ({
  hooks: {init: [options => void options.hooks!.init!.push(make().hooks!.init![0]!)]},
});

/** Ports of the ky adapter: those of the engine, but for `fetch`, which is ky's own option. */
import type {Ports} from '../client/ports.ts';
import type {CallOverrides} from '../policy/types.ts';

// Here, because the public types lead here: it has to be seen wherever the entry is imported.
declare module 'ky' {
  interface Options {
    /** Fields of the policy that this call changes. See docs/policy.md of steadfetch, Overrides of one call. */
    resilience?: CallOverrides | undefined;
  }
}

/** Functions beside the policy, each optional. */
export type KyPorts = Omit<Ports, 'fetch'>;

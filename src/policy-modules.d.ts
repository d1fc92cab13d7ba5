/** The types of policies that the plugin of `steadfetch/bundler` compiles: `/// <reference types="steadfetch/policy-modules" />`. */
declare module '*?steadfetch' {
  import type {PolicyHandle, Ports, Random, ResilientFetch, SharedGuards} from 'steadfetch/compiled';

  /** The handle of the policy. Clients that get the same handle share its guards; operators read and change it. */
  export function definePolicy(random?: Random, guards?: SharedGuards): PolicyHandle;

  /** Makes a `fetch` that follows the policy. */
  export function createFetch(ports?: Ports, policy?: PolicyHandle): ResilientFetch;
}

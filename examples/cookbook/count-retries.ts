/**
 * Count retries for a dashboard
 *
 * A listener sees every event. Names of policies and routes are low in cardinality, so they can be labels.
 */
import {createFetch, type ResilientFetch} from '../../src/fetch.ts';

export const retriesByRoute: Map<string, number> = new Map();

export const countedFetch: ResilientFetch = createFetch(
  {name: 'shop'},
  {
    on(event) {
      if (event.type !== 'retry.scheduled') return;
      const route = event.call.policyName;
      retriesByRoute.set(route, (retriesByRoute.get(route) ?? 0) + 1);
    },
  },
);

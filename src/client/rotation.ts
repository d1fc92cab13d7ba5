/** Which endpoints are in rotation: all but those that are ejected. */
import {ejection, type Rotate} from './ejection-port.ts';

/**
 * The candidates that calls may go to.
 *
 * @param all    Every endpoint of the call.
 * @param notify Called for each change.
 */
export const inRotation: Rotate = (all, policy, random, now, notify) => {
  for (const {endpoint, outage} of all) {
    const news = outage?.news(now);
    if (news) notify(endpoint.name, news.ms, news.ms === 0 ? '' : `${news.failures} attempts in a row failed`);
  }
  return policy.maxEjectedShare === 0 ? all : ejection.rotate!(all, policy, random, now, notify);
};

/**
 * Share a budget between two clients
 *
 * Clients that are made from one handle share the budget and the breaker of each origin.
 */
import ky, {type KyInstance} from 'ky';
import {createFetch, definePolicy, type PolicyHandle, type ResilientFetch, resilience} from '../../src/index.ts';

export const shop: PolicyHandle = definePolicy({name: 'shop'});
export const shopFetch: ResilientFetch = createFetch(shop);
export const shopApi: KyInstance = ky.extend(resilience(shop));

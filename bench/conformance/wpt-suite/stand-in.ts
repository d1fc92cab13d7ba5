/**
 * What stands in the place of undici's `fetch` while the tests run, since they take it from the checkout: Node's own, or a fetch over that. The
 * test puts it into `globalThis.fetch`. Its query names the checkout, and has the policy, if there is one.
 */
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {createFetch, type PolicyInput} from '../../../src/core.ts';

const {searchParams} = new URL(import.meta.url);
const policy = searchParams.get('policy');
const undici = createRequire(join(searchParams.get('checkout')!, 'index.js'))('./index.js') as Record<string, unknown>;

const {File, FormData, Headers, Request, Response} = globalThis;
const fetch = policy === null ? globalThis.fetch : createFetch(JSON.parse(policy) as PolicyInput);
Object.assign(undici, {fetch, File, FormData, Headers, Request, Response});

import {modelFetch} from 'steadfetch/models';
import {definePolicy, resilience} from 'steadfetch/ky';
import ky from 'ky';
import {shared} from './shared';

export const api = ky.extend(resilience({name: 'shop', attemptTimeoutMs: 2000, deadlineMs: 10_000}));
export const models = modelFetch({name: 'openai'});
export const policy = definePolicy({...shared, name: 'reports'});
export const timed = definePolicy({name: 'timed', attemptTimeoutMs: Number(process.env.TIMEOUT)});

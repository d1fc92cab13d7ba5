/** `steadfetch`: both adapters, wired with OpenTelemetry. Everything else is as in core.ts. */
export * from './core.ts';
export {createFetch} from './fetch.ts';
export {resilience} from './ky.ts';

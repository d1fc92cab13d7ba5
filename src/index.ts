/**
 * {@link createFetch} for fetch and {@link resilience} for ky, both wired with OpenTelemetry, and the types that all entry points share.
 *
 * @module
 */
export * from './core.ts';
export {createFetch} from './fetch.ts';
export {resilience} from './ky.ts';

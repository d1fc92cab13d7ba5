/**
 * Endpoints that warm up: calls ask them at their `readyPath` whether they are ready.
 *
 * @module
 */
export {useReadyPaths} from './call/ready-paths/use.ts';

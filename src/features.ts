/**
 * Features that few policies need, which a program allows before it makes such a policy: breakers that stay open for a fixed time, and endpoints
 * that warm up.
 *
 * @module
 */
export {useReadyPaths} from './call/ready-paths/use.ts';
export {useFixedBreakers} from './guards/fixed/use.ts';

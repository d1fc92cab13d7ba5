/**
 * Breakers that stay open for a fixed time: of a share of failures, and of failures in a row.
 *
 * @module
 */
export {useFixedBreakers} from './guards/fixed/use.ts';

/** Limits that several layers share. */

/** An attempt that would get less time than this is not sent. */
export const LEAST_ATTEMPT_MS = 50;

/** The latency model or the measurements cannot be used. The message says why. */
export class PlanInputError extends Error {
  override readonly name = 'PlanInputError';
}

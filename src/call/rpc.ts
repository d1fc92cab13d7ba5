/** A gRPC call, as its door knows it: no URL, but a target, a method and, perhaps, a deadline of the caller's own. */
export interface Rpc {
  /** Guards and routes are keyed by it. */
  readonly origin: string;
  /** `package.Service/Method`. */
  readonly method: string;
  /** What the caller's own deadline leaves; Infinity without one. */
  readonly withinMs: number;
}

/** Known paths of services: what a second request does there, and the source. */

/** Effect of a second request. */
export type Effect =
  /** Same result as one request: it reads, or the service expects duplicates. */
  | 'harmless'
  /** It has a second effect. */
  | 'acts'
  /** The path does not show it. */
  | 'unknown';

/** Paths of a service that the word lists would classify wrongly. Other services use the same paths. */
export interface KnownPaths {
  readonly effect: Effect;
  /** A clause. For `acts`, what may happen twice; messages end with it. Undefined where the path does no harm. */
  readonly why: string | undefined;
  /** Whether a model computes the response, and its vendor charges for each. */
  readonly generates?: true;
  /** Hosts, with their subdomains, to which the paths are limited. */
  readonly hosts?: readonly string[];
  /**
   * Ends of paths, compared without regard to case and to endings such as `.json`; from `/` on, whole paths. `*` stands for one segment
   * or a part of it, and `**` alone for every path of the host.
   */
  readonly paths: readonly string[];
}

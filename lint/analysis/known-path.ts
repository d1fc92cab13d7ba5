/** What is known of a path: what a second request does there, and how it is known. */

/** What a second request does. */
export type Effect =
  /** The same as one: it reads, or the service does not mind duplicates. */
  | 'harmless'
  /** It does something twice. */
  | 'acts'
  /** That depends on more than the path. */
  | 'unknown';

/** Paths of a service that words would misjudge. */
export interface KnownPaths {
  /** The service that documents them; others have the same. */
  readonly service: string;
  readonly effect: Effect;
  /** A clause. Where the effect is `acts`, what may happen twice; messages end with it. */
  readonly why: string;
  /** Where a path means this only there: hosts, and those below them. */
  readonly hosts?: readonly string[];
  /**
   * Ends of paths, compared without regard to case and to endings such as `.json`; from `/` on, whole paths. `*` stands for one segment
   * or a part of it, and `**` alone for every path of the host.
   */
  readonly paths: readonly string[];
}

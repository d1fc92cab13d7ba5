/** What is asked of a configuration. */

import type {Place} from '../../source/places.ts';

/** The place of a path of a document that is written, and not null. */
export type At = (path: string) => Place | undefined;

/** The paths of the deployments of each group, by `model_name`: `model_list[2]`. */
export type Groups = ReadonlyMap<string, readonly string[]>;

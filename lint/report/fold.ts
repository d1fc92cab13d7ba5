/** Findings for people to read: of each rule in a file the first ones, and how many more there are. */
import type {Finding} from '../finding.ts';

/** The most findings of one rule in one file that are shown. */
export const MOST_SHOWN = 50;

export interface ShownFinding {
  readonly finding: Finding;
  /** Findings of the same rule in the same file that are not shown; above 0 for the last that is shown. */
  readonly more: number;
}

export function fold(findings: readonly Finding[]): ShownFinding[] {
  const kindOf = ({path, code}: Finding): string => `${code} ${path}`;
  const counts = new Map<string, number>();
  for (const finding of findings) counts.set(kindOf(finding), (counts.get(kindOf(finding)) ?? 0) + 1);
  const places = new Map<string, number>();
  return findings.flatMap(finding => {
    const kind = kindOf(finding);
    const place = (places.get(kind) ?? 0) + 1;
    places.set(kind, place);
    if (place > MOST_SHOWN) return [];
    return [{finding, more: place === MOST_SHOWN ? counts.get(kind)! - MOST_SHOWN : 0}];
  });
}

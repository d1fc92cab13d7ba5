/** What the page and its workers send each other. */
import type {CompletionItem, Hover, Position} from 'vscode-languageserver-types';
import type {Report} from '../../../lint/index.ts';
import type {Policy} from './state.ts';

/** One piece of work, and its number. */
export interface Request<Job> {
  readonly id: number;
  readonly job: Job;
}

/** The end of the work with this number. */
export type Reply<Result> =
  | {readonly id: number; readonly result: Result}
  | {readonly id: number; readonly error: string};

export interface LintJob {
  /** Ends with .json, .yaml or .py. */
  readonly path: string;
  readonly text: string;
  /** Today's date, for suppressions that expire: `2027-01-01`. */
  readonly today: string;
}

export type LintResult = Report;

export interface AssistJob extends LintJob {
  readonly wants: 'completions' | 'hover';
  readonly position: Position;
}

/** As the language server answers. */
export interface AssistResult {
  readonly completions: readonly CompletionItem[];
  readonly hover: Hover | null;
}

export interface SimulateJob {
  /** A name, or `OWN_SCENARIO`. */
  readonly scenario: string;
  /** The text of the own scenario, if that is chosen. */
  readonly ownScenario: string;
  /** Whether calls without a policy are shown, too. */
  readonly withoutPolicy: boolean;
  readonly policies: readonly Policy[];
  /** Names of presets. */
  readonly presets: readonly string[];
}

export interface SimulateResult {
  /** Markup without a script, whose values are escaped. */
  readonly html: string;
  /** One sentence for each policy that cannot run. */
  readonly problems: readonly string[];
}

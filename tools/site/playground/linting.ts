/** Lints the policy in the editor after each edit, and shows the findings. */

import {fold} from '../../../lint/report/fold.ts';
import type {Editor} from './editor.ts';
import {renderFindings, summaryOf} from './findings-list.ts';
import type {LintJob, LintResult} from './protocol.ts';
import type {Remote} from './remote.ts';
import {type Policy, pathOf} from './state.ts';
import {today} from './today.ts';

/** So long after an edit the text is linted, in ms. */
const DELAY_MS = 120;

export interface LintingParts {
  readonly editor: Editor;
  readonly remote: Remote<LintJob, LintResult>;
  readonly list: HTMLElement;
  readonly summary: HTMLElement;
}

export class Linting {
  readonly #parts: LintingParts;
  #linted: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: LintingParts) {
    this.#parts = parts;
  }

  /** Has the policy linted, unless it was the last one that was. */
  request(policy: Policy): void {
    const key = JSON.stringify(policy);
    if (key === this.#linted) return;
    const isFirst = this.#linted === undefined;
    this.#linted = key;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lint(policy, key), isFirst ? 0 : DELAY_MS);
  }

  async #lint(policy: Policy, key: string): Promise<void> {
    const {editor, remote, list, summary} = this.#parts;
    const {text} = policy;
    try {
      const {findings} = await remote.run({path: pathOf(policy), text, today: today()});
      // Meanwhile the user may have gone on.
      if (key !== this.#linted) return;
      const shown = fold(findings);
      editor.setFindings(
        shown.map(({finding}) => finding),
        text,
      );
      renderFindings(list, shown, {
        reveal: ({range}) => editor.reveal(range.start),
        apply: fix => editor.apply(fix, text),
      });
      summary.textContent = summaryOf(findings);
      performance.mark('findings');
    } catch (error) {
      summary.textContent = (error as Error).message;
    }
  }
}

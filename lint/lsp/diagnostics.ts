/** Findings as an editor shows them. */

import {basename, resolve} from 'node:path';
import {type Diagnostic, DiagnosticSeverity, DiagnosticTag} from 'vscode-languageserver-protocol';
import type {TextDocument} from 'vscode-languageserver-textdocument';
import {configNames} from '../config-file/config-file.ts';
import type {Finding, Report} from '../finding.ts';
import {CliError} from '../io/cli-error.ts';
import {fold} from '../report/fold.ts';
import {configDiagnostics} from './config-diagnostics.ts';
import {type Documents, isJson, uriOf} from './documents.ts';
import {KeptFindings} from './kept-findings.ts';
import {toRange} from './positions.ts';
import type {Linted, Project} from './project.ts';
import type {Projects} from './projects.ts';
import {editorHasSchema, type Settings} from './settings.ts';
import {source} from './source.ts';

/** What an editor with the schema of steadfetch reports itself: syntax, duplicate keys, wrong values, unknown and missing fields. */
const BY_SCHEMA: ReadonlySet<string> = new Set(['RL001', 'RL002', 'RL003', 'RL004', 'RL005']);

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
} as const;

const TAGS = {unnecessary: DiagnosticTag.Unnecessary, deprecated: DiagnosticTag.Deprecated} as const;

export class Diagnostics {
  readonly #documents: Documents;
  readonly #projects: Projects;
  readonly #settings: Settings;
  readonly #kept = new KeptFindings();

  constructor(documents: Documents, projects: Projects, settings: Settings) {
    this.#documents = documents;
    this.#projects = projects;
    this.#settings = settings;
  }

  /** @throws The reason of the signal. */
  async ofDocument(document: TextDocument, signal?: AbortSignal): Promise<Diagnostic[]> {
    const {project, file} = this.#projects.placeOf(document);
    if (configNames.includes(basename(file))) return configDiagnostics(project.pathOf(file), document.getText());
    return withProblem(async () => {
      const linted = await project.lint(file, signal);
      if (linted === undefined) return [];
      const findings = this.#kept.with(linted.report, linted.text);
      return this.#diagnosticsOf({...linted, findings}, project, isJson(document));
    });
  }

  /** The diagnostics of a file that is not open. */
  async ofFile(project: Project, file: string, signal: AbortSignal): Promise<Diagnostic[]> {
    return withProblem(async () => {
      const linted = await project.lint(file, signal);
      if (linted === undefined) return [];
      return this.#diagnosticsOf({...linted, findings: linted.report.findings}, project, /\.jsonc?$/i.test(file));
    });
  }

  /** The diagnostic of one finding, as it was sent. */
  ofFinding(finding: Finding, project: Project): Diagnostic {
    const {code, docs, severity, message, range, tags, related, fingerprint} = finding;
    return {
      range: toRange(range),
      severity: SEVERITIES[severity],
      code,
      ...(docs === undefined ? {} : {codeDescription: {href: docs}}),
      source,
      message,
      ...(tags.length === 0 ? {} : {tags: tags.map(tag => TAGS[tag])}),
      ...(related.length === 0
        ? {}
        : {
            relatedInformation: related.map(place => ({
              location: {uri: this.#uriOf(resolve(project.folder, place.path)), range: toRange(place.range)},
              message: place.message,
            })),
          }),
      data: {fingerprint},
    };
  }

  forget(document: TextDocument): void {
    const {project, file} = this.#projects.placeOf(document);
    this.#kept.forget(project.pathOf(file));
  }

  #diagnosticsOf(
    {text, report, findings}: Linted & Pick<Report, 'findings'>,
    project: Project,
    isInJson: boolean,
  ): Diagnostic[] {
    const isLeft = editorHasSchema(this.#settings, {isJson: isInJson, path: report.path, text});
    const shown = isLeft ? findings.filter(({code}) => !BY_SCHEMA.has(code)) : findings;
    return fold(shown).map(({finding, more}) => {
      const diagnostic = this.ofFinding(finding, project);
      return more === 0
        ? diagnostic
        : {...diagnostic, message: `${finding.message} ${more} more of ${finding.code} are not shown.`};
    });
  }

  #uriOf(file: string): string {
    return this.#documents.ofFile(file)?.uri ?? uriOf(file);
  }
}

/** A configuration that cannot be used ends a run of the command line. In an editor it is a diagnostic of each policy. */
async function withProblem(run: () => Promise<Diagnostic[]>): Promise<Diagnostic[]> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const start = {line: 0, character: 0};
    const message = `This policy is not linted: ${error.message}`;
    return [{range: {start, end: start}, severity: DiagnosticSeverity.Error, source, message}];
  }
}

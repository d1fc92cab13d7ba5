/** The language server as a driver of the linter: what an editor gets by JSON-RPC. */
import {fileURLToPath} from 'node:url';
import {
  type CodeAction,
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  type DocumentDiagnosticReport,
  type Range,
  TextEdit,
} from 'vscode-languageserver-protocol';
import {TextDocument} from 'vscode-languageserver-textdocument';
import {Editor, languageOf} from '../lsp/editor.ts';
import {type Fixture, filesOf} from './fixtures.ts';
import type {FixedFile, ShownFinding, ShownFix} from './shown.ts';

const SEVERITIES = {
  [DiagnosticSeverity.Error]: 'error',
  [DiagnosticSeverity.Warning]: 'warning',
  [DiagnosticSeverity.Information]: 'info',
  [DiagnosticSeverity.Hint]: 'hint',
} as const;

const TAGS = {[DiagnosticTag.Unnecessary]: 'unnecessary', [DiagnosticTag.Deprecated]: 'deprecated'} as const;

const capabilities = {textDocument: {diagnostic: {}}};

/** @param args Options of the command line, such as `--preset strict`. */
export async function showByServer(
  fixtures: readonly Fixture[],
  today: string,
  args: readonly string[],
): Promise<Map<string, FixedFile>> {
  const editor = await Editor.start(filesOf(fixtures), {capabilities, argv: args});
  editor.desk.today = () => today;
  const shown = new Map<string, FixedFile>();
  for (const fixture of fixtures) shown.set(fixture.path, await showOne(fixture, editor));
  return shown;
}

async function showOne({path, text}: Fixture, editor: Editor): Promise<FixedFile> {
  await editor.open(path, text);
  const document = TextDocument.create(editor.uri(path), languageOf(path), 1, text);
  const report = await editor.ask<DocumentDiagnosticReport>('textDocument/diagnostic', path);
  const range = {start: {line: 0, character: 0}, end: document.positionAt(text.length)};
  const ask = (only: readonly string[]): Promise<CodeAction[]> =>
    editor.ask('textDocument/codeAction', path, {range, context: {diagnostics: [], only}});
  const [actions, [fixAll]] = [await ask(['quickfix']), await ask(['source.fixAll.retry-lint'])];
  await editor.notify('textDocument/didClose', {textDocument: {uri: document.uri}});
  const findings = report.kind === 'full' ? report.items : [];
  return {
    findings: findings.map(finding => ({
      ...shownOf(finding, editor),
      fixes: actions.filter(action => isFixOf(action, finding)).map(action => fixOf(action, document)),
    })),
    fixed: fixAll === undefined ? text : applied(fixAll, document),
  };
}

function shownOf(diagnostic: Diagnostic, editor: Editor): Omit<ShownFinding, 'fixes'> {
  const {code, severity, range, message, codeDescription, tags = [], relatedInformation = []} = diagnostic;
  const root = editor.desk.at('').length + 1;
  return {
    code: String(code),
    severity: SEVERITIES[severity!],
    range: rangeText(range),
    message: typeof message === 'string' ? message : message.value,
    link: codeDescription?.href ?? null,
    tags: tags.map(tag => TAGS[tag]),
    related: relatedInformation.map(
      ({location, message}) => `${fileURLToPath(location.uri).slice(root)} ${rangeText(location.range)} ${message}`,
    ),
    fingerprint: fingerprintOf(diagnostic),
  };
}

const fingerprintOf = ({data}: Diagnostic): string => (data as {fingerprint: string}).fingerprint;

const rangeText = ({start, end}: Range): string =>
  `${start.line + 1}:${start.character + 1}-${end.line + 1}:${end.character + 1}`;

/** Suppressions, too, are edits, but no fixes. */
const isFixOf = ({edit, title, diagnostics = []}: CodeAction, finding: Diagnostic): boolean =>
  edit !== undefined &&
  !title.startsWith('Suppress ') &&
  diagnostics.some(each => fingerprintOf(each) === fingerprintOf(finding));

function fixOf(action: CodeAction, document: TextDocument): ShownFix {
  const isUnsafe = action.title.endsWith(' (unsafe)');
  return {
    title: action.title.replace(/ \(unsafe\)$/, ''),
    // A safe fix is preferred, an unsafe one is not.
    safety: isUnsafe && action.isPreferred !== true ? 'unsafe' : action.isPreferred === true ? 'safe' : 'unclear',
    text: applied(action, document),
  };
}

function applied({edit}: CodeAction, document: TextDocument): string {
  const edits = Object.values(edit?.changes ?? {}).flat();
  return TextDocument.applyEdits(
    document,
    edits.filter(each => TextEdit.is(each)),
  );
}

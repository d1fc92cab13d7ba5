/** Shortens what typedoc-plugin-markdown writes to what a reader looks for. */
import {Comment, Converter, ReflectionKind} from 'typedoc';
import {MarkdownPageEvent} from 'typedoc-plugin-markdown';

const GENERATED = '<!-- Generated from the docstrings (npm run docs:api). Do not edit. -->';

const INTRODUCTION = `Every function, class and type that the entry points export. What several entry points export is described once. The fields of
a policy are explained in [policy.md](../policy.md), events and reports in [events-and-reports.md](../events-and-reports.md), and error
codes in [troubleshooting.md](../troubleshooting.md).`;

/** The name of the page for the entry point `.`. */
const MAIN = 'steadfetch';
/** A package of its own. */
const LINTER = 'lint';
const entryOf = name => (name === MAIN ? MAIN : name === LINTER ? 'retry-lint' : `${MAIN}/${name}`);

export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_END, ({project}) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      const name = module.name.split('/').at(-1);
      module.name = name === 'src' ? MAIN : name;
    }
    // The class or interface that a member comes from is of no use to a caller.
    for (const reflection of Object.values(project.reflections))
      for (const link of ['overwrites', 'implementationOf', 'implementedTypes', 'implementedBy'])
        reflection[link] = undefined;
  });

  app.renderer.on(MarkdownPageEvent.END, page => {
    const text = page.model.isProject() ? index(page.model) : shortened(page.contents, entryOf(page.model.name));
    page.contents = `${GENERATED}\n\n${text}`;
  });
}

/** The page of an entry point. */
function shortened(text, entry) {
  return (
    withoutRepetition(text.replaceAll(/^\*\*\*\n+/gm, ''))
      .replace(/^# .*/, `# ${entry}`)
      .replace(/\n## References\n[\s\S]*/, references)
      // Members of tables are not linked to.
      .replaceAll(/<a id="[^"]*"><\/a> ?/g, '')
      .replaceAll('#### Constructors\n\n##### Constructor\n', '#### Constructor\n')
      .replaceAll(/^#+ (?:Get Signature|Type Literal)\n\n/gm, '')
      // Names of a page are unique; a number is added where a member of another name reads the same.
      .replaceAll(/\]\(((?:[a-z]+\.md)?#[a-z-]+)-\d+\)/g, ']($1)')
  );
}

/** What a page exports and another page describes, in one paragraph. */
function references(section) {
  const links = [...section.matchAll(/^Re-exports \[(.*)\]\((.*)\)$/gm)].map(
    ([, name, target]) => `[\`${name}\`](${target})`,
  );
  return `\n## Also exported\n\n${links.join(', ')}\n`;
}

/** Leaves out sections that say no more than a signature: tables without a description, and returned types. */
function withoutRepetition(text) {
  const sections = text.split(/^(?=#{2,6} )/m);
  return sections.filter(section => !repeatsSignature(section)).join('');
}

function repeatsSignature(section) {
  const [heading, ...lines] = section.trim().split('\n');
  const body = lines.join('\n').trim();
  if (/^#+ (?:Type )?Parameters$/.test(heading)) return !/\| (?:Description|Default type) \|/.test(body);
  if (/^#+ Returns$/.test(heading)) return !body.includes('\n');
  return /^#+ Extended By$/i.test(heading);
}

/** The list of entry points, each with the first paragraph of its page. */
function index(project) {
  const rows = project.getReflectionsByKind(ReflectionKind.Module).map(({name, comment}) => {
    const [paragraph] = Comment.combineDisplayParts(comment.summary).split('\n\n');
    const text = paragraph.replaceAll(/\{@link (\w+)\}/g, '`$1`').replaceAll('\n', ' ');
    return `| [\`${entryOf(name)}\`](${name}.md) | ${text} |`;
  });
  return `# API reference\n\n${INTRODUCTION}\n\n${['| entry point | content |', '| --- | --- |', ...rows].join('\n')}\n`;
}

/** Reads the fields of interfaces, with their docstrings, from the text of a source file. */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

export interface Interface {
  readonly name: string;
  readonly text: string;
  readonly fields: readonly Field[];
}

const DOC = String.raw`(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*\n\s*)?`;

/** The exported interfaces of a file that Biome has formatted, in their order. */
export function interfacesOf(source: string): Interface[] {
  const declaration = new RegExp(String.raw`^${DOC}export interface (\w+)[^{\n]*\{\n([\s\S]*?)^\}`, 'gm');
  return [...source.matchAll(declaration)].map(([, doc, name, body]) => ({
    name: name!,
    text: plain(doc),
    fields: fieldsOf(body!),
  }));
}

function fieldsOf(body: string): Field[] {
  const property = new RegExp(
    String.raw`^  ${DOC}(?:readonly )?(\w+)(\??)(<\w+>)?(\(|: )([\s\S]*?);(?=\n(?:  [^ }]|$))`,
    'gm',
  );
  return [...body.matchAll(property)].map(([, doc, name, optional, generic = '', opening, rest]) => ({
    name: name! + optional!,
    type: (opening === '(' ? `${generic}(${rest}` : rest!).replaceAll(/\s+/g, ' '),
    text: plain(doc),
  }));
}

/** A docstring as one line, without its asterisks. */
const plain = (doc = ''): string =>
  doc
    .replaceAll(/\s*\n\s*\*?\s*/g, ' ')
    .replaceAll(/@param (\w+) +/g, '`$1`: ')
    .trim();

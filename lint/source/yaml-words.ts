/**
 * The errors of the YAML parser in the words that the linter uses for JSON. The parser's own messages name its functions and the grammar.
 */

/** The linter's words by the parser's message, which is more specific than its code. Other messages stay unchanged. */
const WORDS: readonly (readonly [parser: RegExp, words: string])[] = [
  [/^Tabs are not allowed as indentation/, 'This line is indented with a tab; YAML is indented with spaces'],
  [/^Missing closing "quote/, 'The text is never closed: a double quote is missing'],
  [/^Missing closing 'quote/, 'The text is never closed: a single quote is missing'],
  [/^Flow sequence in block collection .*end with a ]/, 'The list is never closed: a ] is missing'],
  [/^Flow map in block collection .*end with a }/, 'The object is never closed: a } is missing'],
  [/^Missing , (?:or : )?between flow/, 'A comma is missing before this'],
  [
    /^All mapping items must start at the same column/,
    'The keys of an object begin in the same column; this key does not',
  ],
  [
    /^All sequence items must start at the same column/,
    'The entries of a list begin in the same column; this entry does not',
  ],
  [
    /^Nested mappings are not allowed in compact mappings/,
    'A key follows this value: begin the key on a line of its own, in the column of the key before it',
  ],
  [/^Implicit map keys need to be followed by map values/, 'A colon is missing after this key'],
  [/^Implicit keys need to be on a single line/, 'A colon is missing after this key'],
];

/** @param message Of an error of the package yaml. Returns a clause without its full stop. */
export function yamlWords(message: string): string {
  return WORDS.find(([parser]) => parser.test(message))?.[1] ?? message.replace(/\.$/, '');
}

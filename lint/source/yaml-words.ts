/** The YAML parser's errors in the words that the linter has for JSON. The parser's own speak of its functions and of the grammar. */

/** By the parser's message, which names a cause more closely than its code. What is not here keeps the parser's words. */
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

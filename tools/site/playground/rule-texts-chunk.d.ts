/** What scripts/rule-pages/chunk.ts makes: the texts by the codes of rules. */
declare module 'rule-texts' {
  const texts: Readonly<Record<string, import('../../../lint/explain/rule-markdown.ts').RuleTexts>>;
  export default texts;
}

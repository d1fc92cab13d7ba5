/** A page of Markdown: what it links to within the project, and the anchors that GitHub makes of its headings. */
export interface Page {
  /** Targets as written: `policy.md#routes`. */
  readonly links: readonly string[];
  readonly anchors: ReadonlySet<string>;
}

export function readMarkdown(text: string): Page {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '');
  const links = [...prose.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)/g)].map(([, target]) => target!);
  const anchors = new Set<string>();
  for (const [, heading] of prose.matchAll(/^#+ (.+)$/gm)) {
    const plain = heading!.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = plain.replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
    let anchor = slug;
    for (let again = 1; anchors.has(anchor); again++) anchor = `${slug}-${again}`;
    anchors.add(anchor);
  }
  return {links, anchors};
}

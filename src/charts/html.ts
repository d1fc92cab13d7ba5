/** HTML whose values are escaped: what a policy or a log contains must not become markup. */

export class Html {
  readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  /** Markup of the program itself, such as a chart. */
  static trusted(text: string): Html {
    return new Html(text);
  }
}

type Value = Html | readonly Html[] | string | number;

/** @example html`<td>${name}</td>` */
export function html(texts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return Html.trusted(texts.map((text, index) => (index === 0 ? text : markupOf(values[index - 1]!) + text)).join(''));
}

function markupOf(value: Value): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escapeText(String(value));
  return value.map(({text}) => text).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeText = (text: string): string => text.replace(/[&<>"']/g, character => ENTITIES[character]!);

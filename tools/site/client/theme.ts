/** Light or dark. One choice for all pages of the site. */

const KEY = 'vitepress-theme-appearance';
const system = matchMedia('(prefers-color-scheme: dark)');

export function applyTheme(): void {
  const chosen = stored();
  const isDark = chosen === 'dark' || (chosen !== 'light' && system.matches);
  show(isDark ? 'dark' : 'light');
}

/** Applies the theme again when the system changes its own. */
export function followSystem(): void {
  system.addEventListener('change', applyTheme);
}

export function switchTheme(): void {
  const next = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  show(next);
}

/** The button is missing while the head is read, and after each page of VitePress is drawn. */
function show(theme: 'light' | 'dark'): void {
  document.documentElement.dataset.theme = theme;
  document.getElementById('theme')?.setAttribute('aria-pressed', String(theme === 'dark'));
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

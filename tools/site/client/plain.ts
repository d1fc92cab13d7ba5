/** The script of pages that VitePress does not make. */
import {startFrame} from './frame.ts';

startFrame();

for (const button of document.querySelectorAll<HTMLButtonElement>('[data-copy]'))
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy!);
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Not copied';
    }
  });

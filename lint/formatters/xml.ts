/** Text in XML 1.0. Control characters cannot be written there, not even escaped. */
export const xml = (text: string): string =>
  text
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out.
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    // A command in a log of GitHub Actions.
    .replaceAll('##[', '#&#35;[')
    // The others that are not to reach a terminal as they are.
    .replace(/[\t\n\r\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, mark => `&#${mark.charCodeAt(0)};`);

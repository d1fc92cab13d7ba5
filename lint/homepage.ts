// Generated from package.json by scripts/repository.ts. Do not edit.

/** Empty where package.json names none. */
export const homepage: string = 'https://steadfetch.invalid/steadfetch#readme';

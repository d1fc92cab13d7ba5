/** Writes the first exception of a function of the user to the console, and none of its later ones. */
export function complaintOf(what: string): (error: unknown) => void {
  let hasComplained = false;
  return error => {
    if (!hasComplained) console.error(`steadfetch: ${what}. Later exceptions are not reported.`, error);
    hasComplained = true;
  };
}

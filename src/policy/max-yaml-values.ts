/** Values in a YAML file, those included for which aliases stand. A policy with all 200 routes has a tenth of them. */
export const maxYamlValues = 50_000;

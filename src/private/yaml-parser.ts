import type * as yaml from 'yaml';
import { inPackage } from './package-root';

/** One file that `tools/bundle-yaml.ts` makes: the library as it is published would be half of this package. */
export const YAML_PARSER = 'assets/yaml.js';

/** Loaded when it is needed: it takes a tenth of the time that an app without a file takes to synthesize. */
export function yamlParser(): Pick<typeof yaml, 'parseDocument'> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require(inPackage(YAML_PARSER));
}

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { DETERMINISTIC } from './bundle-adapter';
import { YAML_PARSER } from '../src/private/files';

/** Makes the YAML parser that the construct reads `librechat.yaml` with, under its author's licence. */
export async function bundleYamlParser(): Promise<void> {
  const library = dirname(require.resolve('yaml/package.json'));
  await build({
    ...DETERMINISTIC,
    stdin: { contents: "export { parseDocument } from 'yaml';", resolveDir: library },
    outfile: YAML_PARSER,
    minify: true,
    banner: { js: `/*!\n${readFileSync(join(library, 'LICENSE'), 'utf8')}*/` },
  });
}

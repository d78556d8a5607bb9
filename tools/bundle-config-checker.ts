import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { build, type Plugin } from 'esbuild';
import { DETERMINISTIC } from './bundle-adapter';
import { CONFIG_CHECKER } from '../src/private/config-checker';

const FOLDER = join(__dirname, 'config-checker');

/** Packages in the bundle. */
const PACKAGES = ['js-yaml', 'librechat-data-provider', 'zod'];

/** LibreChat's package also contains the API client of its page, which its schema does not use. */
const WITHOUT_REQUESTS: Plugin = {
  name: 'without-requests',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(axios|dayjs|dayjs\/.*|croner)$/ }, ({ path }) => ({ path, namespace: 'unused' }));
    onResolve({ filter: /^re2js$/ }, () => ({ path: join(FOLDER, 're2js.ts') }));
    onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: UNUSED, loader: 'js' }));
  },
};

/** Replaces modules that are called when they are loaded, but not used. */
const UNUSED = `
  const unused = new Proxy(() => unused, { get: (target, name) => (typeof name === 'string' ? unused : undefined), set: () => true });
  export default unused;
  export const Cron = unused;
`;

/** Bundles LibreChat's parser and schema of `librechat.yaml`. Uncompressed, they are a quarter of the package's size budget. */
export async function bundleConfigChecker(): Promise<void> {
  const { outputFiles } = await build({
    ...DETERMINISTIC,
    entryPoints: [join(FOLDER, 'config-checker.ts')],
    write: false,
    minify: true,
    mainFields: ['module', 'main'],
    conditions: ['import'],
    define: { 'process.env': 'ENVIRONMENT' },
    banner: { js: `/*!\n${PACKAGES.map(licenseOf).join('\n')}*/\nvar ENVIRONMENT = {};` },
    plugins: [WITHOUT_REQUESTS],
  });
  writeFileSync(CONFIG_CHECKER, brotliCompressSync(outputFiles[0].contents, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}

function licenseOf(name: string): string {
  const folder = folderOf(name);
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string; license: string };
  const file = join(folder, 'LICENSE');
  return `${name} ${version} (${license})\n${existsSync(file) ? readFileSync(file, 'utf8') : ''}`;
}

/** The folder of a package in the bundle. LibreChat's package may have its own version of `zod`. */
function folderOf(name: string): string {
  const schema = require.resolve('librechat-data-provider');
  // LibreChat's package does not export its package.json.
  return name === 'librechat-data-provider' ? join(dirname(schema), '..') : dirname(createRequire(schema).resolve(`${name}/package.json`));
}

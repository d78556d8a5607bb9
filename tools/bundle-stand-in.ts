import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { DETERMINISTIC } from './bundle-adapter';

const SCRIPTS = ['create-user', 'delete-user', 'list-users', 'reset-password'];
const SCHEMAS = '@librechat/data-schemas';

/** Optional dependencies of MongoDB's driver. */
const OPTIONAL = ['kerberos', 'snappy', 'socks', 'aws4', 'gcp-metadata', 'mongodb-client-encryption', '@mongodb-js/zstd', '@aws-sdk/credential-providers'];

/** Packages in `node_modules` of LibreChat's image, besides LibreChat's own, that other programs in the image use too. */
const IN_IMAGE = ['mongoose', 'js-yaml'];

/** The stand-in's default release. */
const RELEASE = 'v0.8.8';

/** Server, scripts and other programs in the image share one Mongoose and one set of models in `node_modules`. */
const IN_NODE_MODULES: Plugin = {
  name: 'in-node-modules',
  setup: ({ onResolve }) => onResolve({ filter: /^\.\.\/data-schemas$/ }, () => ({ path: SCHEMAS, external: true })),
};

/** Builds the server part of LibreChat's image: `api`, `config` and `node_modules`. */
export async function bundleStandInServer(folder: string): Promise<void> {
  const options: BuildOptions = { ...DETERMINISTIC, external: IN_IMAGE, plugins: [IN_NODE_MODULES] };
  await Promise.all([
    build({ ...options, entryPoints: ['stand-in/server/index.ts'], outfile: join(folder, 'api/server/index.js') }),
    build({ ...options, entryPoints: SCRIPTS.map((name) => `stand-in/config/${name}.ts`), outdir: join(folder, 'config') }),
    build({ ...options, entryPoints: ['stand-in/data-schemas/index.ts'], outfile: join(folder, 'node_modules', SCHEMAS, 'index.js') }),
    ...IN_IMAGE.map((name) => build({
      ...DETERMINISTIC, external: OPTIONAL, minify: true, keepNames: true, entryPoints: [name], outfile: join(folder, 'node_modules', name, 'index.js'),
    })),
  ]);
  describe(folder, { name: 'librechat-stand-in', version: RELEASE });
  describe(join(folder, 'api'), { name: '@librechat/backend', version: RELEASE });
}

function describe(folder: string, manifest: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

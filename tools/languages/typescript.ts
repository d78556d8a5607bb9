import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { artefact } from './artefact';
import { CDK_VERSION, CONSTRUCTS_VERSION, type Language, projen } from './language';
import { run } from './run';

export const typescript: Language = {
  name: 'typescript',
  toolchain: [['npm', '--version']],
  team: 'npx tsx team.ts',

  async build() {
    await projen('package:js');
    return artefact('js', '.tgz');
  },

  async install(folder) {
    rmSync(join(folder, 'package-lock.json'), { force: true });
    rmSync(join(folder, 'node_modules/cdk-librechat-serverless'), { recursive: true, force: true });
    await run('npm', [
      'install', '--no-audit', '--no-fund', '--prefer-offline',
      artefact('js', '.tgz'), `aws-cdk-lib@${CDK_VERSION}`, `constructs@${CONSTRUCTS_VERSION}`,
    ], { cwd: folder });
    await run('npx', ['tsc', '--noEmit', '-p', '.'], { cwd: folder });
  },
};

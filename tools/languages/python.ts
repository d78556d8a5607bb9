import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { artefact, unpackedFolder } from './artefact';
import { CDK_VERSION, CONSTRUCTS_VERSION, type Language, projen } from './language';
import { run } from './run';

export const python: Language = {
  name: 'python',
  toolchain: [['python3', '--version'], ['python3', '-m', 'venv', '--help']],
  team: 'python3 team.py',

  async build() {
    await projen('package:python');
    const folder = unpackedFolder('python');
    await run('python3', ['-m', 'zipfile', '-e', artefact('python', '.whl'), folder]);
    return artefact(folder, '.jsii.tgz');
  },

  async install(folder) {
    const pip = join(folder, '.venv/bin/pip');
    const constraints = join(folder, 'constraints.txt');
    writeFileSync(constraints, `aws-cdk-lib==${CDK_VERSION}\nconstructs==${CONSTRUCTS_VERSION}\n`);
    await run('python3', ['-m', 'venv', join(folder, '.venv')]);
    const wheel = artefact('python', '.whl');
    await run(pip, ['install', '--quiet', '-c', constraints, wheel, '-r', join(folder, 'requirements.txt')]);
    // Otherwise an earlier build with the same version would remain.
    await run(pip, ['install', '--quiet', '--force-reinstall', '--no-deps', wheel]);
  },
};

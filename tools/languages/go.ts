import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { artefact } from './artefact';
import type { Language } from './language';
import { run, WORK } from './run';

/** A module is its sources, which `package:go` would compile once more than the apps do. */
const PACKAGE = join(WORK, 'go-package');

export const go: Language = {
  name: 'go',
  toolchain: [['go', 'version']],
  team: 'go run ./team',

  async build() {
    rmSync(PACKAGE, { recursive: true, force: true });
    await run('npx', ['jsii-pacmak', '--code-only', '--target', 'go', '--outdir', PACKAGE]);
    await dropIndirectRequirements();
    return artefact(PACKAGE, '.tgz');
  },

  async install(folder) {
    const goMod = artefact(PACKAGE, 'go.mod');
    const [, moduleName] = /^module (.+)$/m.exec(readFileSync(goMod, 'utf8'))!;
    await run('go', ['mod', 'edit', `-replace=${moduleName}=${dirname(goMod)}`], { cwd: folder });
    await run('go', ['mod', 'tidy'], { cwd: folder });
    await run('go', ['vet', './...'], { cwd: folder });
    // Of both apps, so that what is timed as synthesizing is not compiling.
    await run('go', ['build', '-o', join(folder, 'bin') + '/', './...'], { cwd: folder });
  },
};

/** They are what npm resolved here, and may be newer than what Go's proxy has; aws-cdk-go itself requires what it needs. */
async function dropIndirectRequirements(): Promise<void> {
  const goMod = artefact(PACKAGE, 'go.mod');
  const modules = readFileSync(goMod, 'utf8').matchAll(/^\t(\S+) \S+ \/\/ indirect$/gm);
  for (const [, moduleName] of modules) await run('go', ['mod', 'edit', `-droprequire=${moduleName}`, goMod]);
}

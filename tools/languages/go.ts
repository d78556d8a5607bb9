import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { artefact } from './artefact';
import type { Language } from './language';
import { run, WORK } from './run';

/** A Go module consists of its sources. `package:go` would compile them once more. */
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
    // Builds both apps, so that the measured synthesis excludes compilation.
    await run('go', ['build', '-o', join(folder, 'bin') + '/', './...'], { cwd: folder });
  },
};

/** npm's versions of indirect requirements may be newer than those of Go's proxy; aws-cdk-go specifies its own requirements. */
async function dropIndirectRequirements(): Promise<void> {
  const goMod = artefact(PACKAGE, 'go.mod');
  const modules = readFileSync(goMod, 'utf8').matchAll(/^\t(\S+) \S+ \/\/ indirect$/gm);
  for (const [, moduleName] of modules) await run('go', ['mod', 'edit', `-droprequire=${moduleName}`, goMod]);
}

import { artefact, unpackedFolder } from './artefact';
import { type Language, projen } from './language';
import { run } from './run';

export const java: Language = {
  name: 'java',
  toolchain: [['javac', '-version'], ['mvn', '--version']],
  team: 'mvn -e -q compile exec:java -Dapp=com.example.Team',

  async build() {
    await projen('package:java');
    const folder = unpackedFolder('java');
    await run('jar', ['xf', jar()], { cwd: folder });
    return artefact(folder, '.jsii.tgz');
  },

  async install() {
    await run('mvn', ['-q', '-B', 'install:install-file', `-Dfile=${jar()}`, `-DpomFile=${artefact('java', '.pom')}`]);
  },
};

function jar(): string {
  return artefact('java', /(?<!-javadoc|-sources)\.jar$/);
}

import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { artefact } from './artefact';
import { GENERATED } from './csharp-sources';
import { type Language, projen } from './language';
import { run } from './run';

const APP_FOLDERS = ['src/App', 'src/Team'];

/** The app needs its own NuGet cache: the user's may contain an earlier build with the same version. */
const nugetConfig = (folder: string) => `<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <config>
    <add key="globalPackagesFolder" value="packages" />
  </config>
  <packageSources>
    <add key="this-project" value="${folder}" />
  </packageSources>
</configuration>
`;

export const csharp: Language = {
  name: 'csharp',
  toolchain: [['dotnet', '--version']],
  team: 'dotnet run --project src/Team',

  async build() {
    await projen('package:dotnet');
    // In the NuGet package, the tarball is a resource of the assembly; here it is in the source folder.
    return artefact(GENERATED, '.tgz');
  },

  async install(folder) {
    writeFileSync(join(folder, 'nuget.config'), nugetConfig(dirname(artefact('dotnet', '.nupkg'))));
    rmSync(join(folder, 'packages/librechatserverless.cdk'), { recursive: true, force: true });
    for (const app of APP_FOLDERS) {
      for (const output of ['bin', 'obj']) rmSync(join(folder, app, output), { recursive: true, force: true });
      await run('dotnet', ['build', app], { cwd: folder });
    }
  },
};

import { filesIn } from './artefact';
import { differences } from './compare';
import { findingsInCSharp } from './csharp';
import { go } from './go';
import { java } from './java';
import { type AppName, APPS, copyExample, type Language } from './language';
import { python } from './python';
import { isThere } from './run';
import { type Assembly, imageOfThisProject, synthesizeApps } from './synthesize';
import { typescript } from './typescript';
import { findingsIn } from '../package-budget';

const LANGUAGES = [python, java, go];
const CSHARP = 'csharp';

type Assemblies = Record<AppName, Assembly>;

/** The other languages are compared with TypeScript, which is always built. */
async function main(names: string[]): Promise<void> {
  const known = [typescript, ...LANGUAGES].map(({ name }) => name).concat(CSHARP);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`languages must be out of ${known.join(', ')}, got: ${unknown.join(', ')}`);
  const isAsked = (name: string) => names.length === 0 || names.includes(name);

  const expected = await timed(typescript.name, () => tryLanguage(typescript));
  if (!expected) return;
  for (const language of LANGUAGES.filter(({ name }) => isAsked(name))) await timed(language.name, () => tryLanguage(language, expected));
  if (isAsked(CSHARP)) await timed(`${CSHARP}, which is read and not run`, async () => refuse(await findingsInCSharp()));
}

/** Says how long it took, or what is wrong, and lets the rest run on. */
async function timed<T>(name: string, attempt: () => Promise<T>): Promise<T | undefined> {
  const start = Date.now();
  const seconds = () => `${Math.round((Date.now() - start) / 1000)} s`;
  try {
    const result = await attempt();
    console.log(`ok      ${name} (${seconds()})`);
    return result;
  } catch (error) {
    process.exitCode = 1;
    console.log(`${error instanceof Missing ? 'SKIPPED' : 'FAILED '} ${name} (${seconds()}): ${(error as Error).message}`);
    return undefined;
  }
}

class Missing extends Error {}

async function tryLanguage(language: Language, expected?: Assemblies): Promise<Assemblies> {
  for (const [command, ...args] of language.toolchain) {
    if (!await isThere(command, ...args)) throw new Missing(`there is no \`${command}\` that runs with \`${args.join(' ')}\``);
  }
  const tarball = await language.build();
  refuse(findingsIn(await filesIn(tarball)));
  const folder = copyExample(language.name);
  await language.install(folder);
  const assemblies = await synthesizeApps(language, folder);
  const image = imageOfThisProject();
  for (const app of APPS) {
    const reference = expected?.[app] ?? { documents: assemblies[app].documents, image };
    refuse(differences(reference, assemblies[app]).map((difference) => `${app}: ${difference}`));
  }
  return assemblies;
}

function refuse(findings: string[]): void {
  if (findings.length > 0) throw new Error(`\n  ${findings.slice(0, 30).join('\n  ')}`);
}

void main(process.argv.slice(2));

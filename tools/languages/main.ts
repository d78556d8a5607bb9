import { filesIn } from './artefact';
import { differences } from './compare';
import { csharp } from './csharp';
import { findingsInCSharp } from './csharp-sources';
import { go } from './go';
import { java } from './java';
import { type AppName, APPS, copyExample, type Language } from './language';
import { python } from './python';
import { isInstalled } from './run';
import { type Assembly, imageOfThisProject, synthesizeApps } from './synthesize';
import { typescript } from './typescript';
import { parseArguments, runCommand, UsageError } from '../../cli/command';
import { findingsIn } from '../package-budget';

const LANGUAGES = [python, java, go];

type Assemblies = Record<AppName, Assembly>;

const NAMES = [typescript, ...LANGUAGES, csharp].map(({ name }) => name);

const USAGE = `Builds the package for each language, and synthesizes the example apps with it.

Usage: npx projen test:languages [<language>...]

  <language>   One of ${NAMES.join(', ')} (default: all). typescript always runs: the others are compared with it.
  --help       Show this.
`;

/** Returns a predicate for the names of languages to test. */
function parseOptions(args: string[]): (name: string) => boolean {
  const { positionals } = parseArguments(args, { allowPositionals: true });
  const unknown = positionals.filter((name) => !NAMES.includes(name));
  if (unknown.length > 0) throw new UsageError(`languages must be one of ${NAMES.join(', ')}, got: ${unknown.join(', ')}`);
  return (name) => positionals.length === 0 || positionals.includes(name);
}

async function testLanguages(isAsked: (name: string) => boolean): Promise<number> {
  const expected = await timed(typescript.name, () => tryLanguage(typescript));
  if (!expected) return 1;
  const languages = LANGUAGES.filter(({ name }) => isAsked(name));
  let passed = true;
  for (const language of languages) passed = Boolean(await timed(language.name, () => tryLanguage(language, expected))) && passed;
  if (isAsked(csharp.name)) passed = await tryCSharp(expected) && passed;
  return passed ? 0 : 1;
}

/** Prints the duration of an attempt, or its error; undefined if it failed. */
async function timed<T>(name: string, attempt: () => Promise<T>): Promise<T | undefined> {
  const start = Date.now();
  const seconds = () => `${Math.round((Date.now() - start) / 1000)} s`;
  try {
    const result = await attempt();
    console.log(`ok      ${name} (${seconds()})`);
    return result;
  } catch (error) {
    console.log(`${error instanceof Missing ? 'SKIPPED' : 'FAILED '} ${name} (${seconds()}): ${(error as Error).message}`);
    return undefined;
  }
}

class Missing extends Error {}

async function tryLanguage(language: Language, expected?: Assemblies): Promise<Assemblies> {
  for (const [command, ...args] of language.toolchain) {
    if (!await isInstalled(command, ...args)) throw new Missing(`\`${[command, ...args].join(' ')}\` does not run`);
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

/** Checks the sources on every machine, and runs the apps if there is an SDK. */
async function tryCSharp(expected: Assemblies): Promise<boolean> {
  const hasSdk = await isInstalled('dotnet', '--version');
  const result = await timed(hasSdk ? csharp.name : `${csharp.name} (no .NET SDK: sources checked only)`, async () => {
    refuse(await findingsInCSharp());
    return hasSdk ? tryLanguage(csharp, expected) : true;
  });
  return Boolean(result);
}

function refuse(findings: string[]): void {
  if (findings.length > 0) throw new Error(`\n  ${findings.slice(0, 30).join('\n  ')}`);
}

void runCommand({ usage: USAGE, failure: 'a language failed or has no toolchain', read: parseOptions, run: testLanguages });

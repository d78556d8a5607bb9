import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { APPS, type AppName, type Language } from './language';
import { ROOT, run } from './run';

/** Output of an app: templates and asset lists by file name, and the build context of the image. */
export interface Assembly {
  readonly documents: Record<string, unknown>;
  readonly image: Record<string, Buffer>;
}

/** Runs both apps as the CDK CLI does. */
export async function synthesizeApps(language: Language, folder: string): Promise<Record<AppName, Assembly>> {
  const { app } = JSON.parse(readFileSync(join(folder, 'cdk.json'), 'utf8'));
  const commands = { app, team: language.team };
  const assemblies = {} as Record<AppName, Assembly>;
  for (const name of APPS) assemblies[name] = await synthesize(commands[name], folder, join(folder, 'cdk.out', name));
  return assemblies;
}

async function synthesize(command: string, folder: string, outdir: string): Promise<Assembly> {
  rmSync(outdir, { recursive: true, force: true });
  await run('sh', ['-c', command], {
    cwd: folder,
    env: { CDK_OUTDIR: outdir, PATH: `${join(folder, '.venv/bin')}${delimiter}${process.env.PATH}` },
  });
  return readAssembly(outdir);
}

function readAssembly(outdir: string): Assembly {
  const names = readdirSync(outdir).filter((name) => /\.(template|assets)\.json$/.test(name));
  const documents = Object.fromEntries(names.map((name) => [name, JSON.parse(readFileSync(join(outdir, name), 'utf8'))]));
  return { documents, image: filesOf(imageFolder(outdir, documents)) };
}

function imageFolder(outdir: string, documents: Record<string, any>): string {
  const images = Object.values(documents).flatMap(({ dockerImages = {} }) => Object.values<any>(dockerImages));
  if (images.length !== 1) throw new Error(`${outdir} must have one image, got: ${images.length}`);
  return join(outdir, images[0].source.directory);
}

/** The build context of the image in this project. */
export function imageOfThisProject(): Record<string, Buffer> {
  return filesOf(join(ROOT, 'assets/image'));
}

function filesOf(folder: string): Record<string, Buffer> {
  return Object.fromEntries(readdirSync(folder).sort().map((name) => [name, readFileSync(join(folder, name))]));
}

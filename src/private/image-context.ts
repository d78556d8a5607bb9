import { appendFileSync, cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inPackage } from './package-root';
import { IMAGE_FOLDER } from '../contract/image';

/** Where the adapter's files are in the build context of somebody else. */
const ADAPTER_FOLDER = '.librechat-serverless';

/** Copies a build context, and has its Dockerfile end with the instructions of this package's own. */
export function layAdapterOnTop(directory: string, context: string): void {
  cpSync(directory, context, { recursive: true });
  cpSync(inPackage(IMAGE_FOLDER), join(context, ADAPTER_FOLDER), { recursive: true });
  appendFileSync(join(context, 'Dockerfile'), `\n${adapterInstructions()}`);
  if (existsSync(join(context, '.dockerignore'))) appendFileSync(join(context, '.dockerignore'), `\n!${ADAPTER_FOLDER}\n!${ADAPTER_FOLDER}/**\n`);
}

/** What follows FROM, with the files where they are now. */
function adapterInstructions(): string {
  const dockerfile = readFileSync(inPackage(IMAGE_FOLDER, 'Dockerfile'), 'utf8');
  return dockerfile.slice(dockerfile.indexOf('\n', dockerfile.indexOf('FROM ')) + 1)
    .replace(/(?<=\s)[\w-]+\.\w+(?=\s)/g, (file) => (existsSync(inPackage(IMAGE_FOLDER, file)) ? `${ADAPTER_FOLDER}/${file}` : file));
}

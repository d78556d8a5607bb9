import { existsSync, readFileSync } from 'node:fs';
import { basename, join, posix, resolve } from 'node:path';
import { EmulatorError } from '../../core/errors';

/** A function's overrides of the Dockerfile. */
export interface ImageConfig {
  readonly Command?: string[];
  readonly EntryPoint?: string[];
  readonly WorkingDirectory?: string;
}

/** The image's command, to run without a container. */
export interface ImageCommand {
  readonly command: string[];
  readonly cwd: string;
  readonly environment: Record<string, string>;
}

/** LibreChat's folder in its image. */
export const LIBRECHAT_IN_IMAGE = '/app';

/** The evaluated instructions of a Dockerfile. */
interface Layout {
  /** Paths in the build context of copied files and folders, by path in the image. */
  readonly copied: ReadonlyMap<string, string>;
  readonly environment: Record<string, string>;
  readonly workdir: string;
  readonly entryPoint: string[];
  readonly command: string[];
}

export function layoutOf(context: string): Layout {
  const copied = new Map<string, string>();
  const environment: Record<string, string> = {};
  let workdir = '/';
  let entryPoint: string[] = [];
  let command: string[] = [];
  for (const [instruction, argument] of instructionsIn(context)) {
    switch (instruction) {
      case 'FROM': copied.clear(); break;
      case 'WORKDIR': workdir = posix.resolve(workdir, argument); break;
      case 'COPY': for (const [target, source] of copies(argument, workdir)) copied.set(target, source); break;
      case 'ENV': Object.assign(environment, variables(argument)); break;
      case 'ENTRYPOINT': entryPoint = words(argument); command = []; break;
      case 'CMD': command = words(argument); break;
    }
  }
  return { copied, environment, workdir, entryPoint, command };
}

/**
 * Evaluates the Dockerfile of an image asset: the command, with the local paths of its files. Files come from `COPY`; LibreChat's own
 * files come from the folder that replaces the base image.
 *
 * @param files local paths of other files, by path in the image
 */
export function imageCommand(
  context: string, librechat: string, config: ImageConfig = {}, files: ReadonlyMap<string, string> = new Map(),
): ImageCommand {
  const { copied, environment, workdir, entryPoint, command } = layoutOf(context);
  const localPathOf = (path: string): string | undefined => {
    if (files.has(path)) return files.get(path);
    for (const [target, source] of copied) {
      if (path === target || path.startsWith(`${target}/`)) return join(context, source, path.slice(target.length));
    }
    if (path !== LIBRECHAT_IN_IMAGE && !path.startsWith(`${LIBRECHAT_IN_IMAGE}/`)) return undefined;
    return join(librechat, path.slice(LIBRECHAT_IN_IMAGE.length));
  };
  const argv = [...(config.EntryPoint ?? entryPoint), ...(config.Command ?? command)].map((word, i) => {
    if (i === 0 && posix.basename(word) === 'node') return process.execPath;
    if (!word.startsWith('/')) return word;
    const found = localPathOf(word);
    if (found && existsSync(found)) return found;
    throw new EmulatorError('IMAGE_UNSUPPORTED', `the image's command must name files that the Dockerfile copies, got: ${word}`);
  });
  if (!argv.length) throw new EmulatorError('IMAGE_UNSUPPORTED', 'the image must have an ENTRYPOINT or a CMD');
  const cwd = localPathOf(config.WorkingDirectory ?? workdir);
  if (!cwd || !existsSync(cwd)) {
    throw new EmulatorError('IMAGE_UNSUPPORTED', `LibreChat's folder must contain \`api\` and \`client/dist\`, got: ${resolve(librechat)}`);
  }
  return { command: argv, cwd, environment };
}

/** The instructions of the folder's Dockerfile, with their arguments. */
export function instructionsIn(context: string): [instruction: string, argument: string][] {
  const file = join(context, 'Dockerfile');
  if (!existsSync(file)) throw new EmulatorError('IMAGE_UNSUPPORTED', `the image's folder must contain a Dockerfile, got: ${context}`);
  const lines = readFileSync(file, 'utf8').replace(/^\s*#.*\n/gm, '').replace(/\\\r?\n/g, ' ').split(/\r?\n/);
  return lines.flatMap((line) => {
    const match = /^\s*(\w+)\s+(.*?)\s*$/.exec(line);
    return match ? [[match[1].toUpperCase(), match[2]] as [string, string]] : [];
  });
}

/** Paths in the image and in the build context of each copied file or folder. */
function copies(argument: string, workdir: string): [target: string, source: string][] {
  const flags = /^(?:--\S+\s+)*/.exec(argument)?.[0] ?? '';
  // Files of other stages or images are not available.
  if (flags.includes('--from=')) return [];
  const parts = words(argument.slice(flags.length));
  const destination = parts.pop() ?? '';
  const absolute = posix.resolve(workdir, destination);
  const isFolder = destination.endsWith('/') || destination === '.' || parts.length > 1;
  return parts.map((source) => [isFolder && source !== '.' ? posix.join(absolute, basename(source)) : absolute, source]);
}

function variables(argument: string): Record<string, string> {
  if (!/^\w+=/.test(argument)) return Object.fromEntries([argument.split(/\s+(.*)/s).slice(0, 2)]) as Record<string, string>;
  const pairs = argument.matchAll(/(\w+)=(?:"([^"]*)"|(\S*))/g);
  return Object.fromEntries([...pairs].map(([, name, quoted, plain]) => [name, quoted ?? plain]));
}

/** The exec form is JSON; the shell form is split at spaces. */
function words(argument: string): string[] {
  return argument.startsWith('[') ? JSON.parse(argument) as string[] : argument.split(/\s+/);
}

import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { instructionsIn, LIBRECHAT_IN_IMAGE } from './image';
import { openArchive } from './image-files';
import { EmulatorError } from '../../core/errors';

/** A folder of the image with symbolic links to the temporary folder. */
export interface LinkedFolder {
  /** Local path of the folder. */
  readonly folder: string;
  /** Targets, relative to the temporary folder, by link, relative to the folder. */
  readonly links: Readonly<Record<string, string>>;
}

/** The links that archives in the Dockerfile's `ADD` instructions add to LibreChat's folder. */
export async function linksOfImage(context: string, librechat: string): Promise<LinkedFolder> {
  const links: Record<string, string> = {};
  for (const [instruction, argument] of instructionsIn(context)) {
    if (instruction !== 'ADD') continue;
    const [archive, destination] = argument.split(/\s+/).filter((word) => !word.startsWith('--'));
    if (!existsSync(join(context, archive))) throw new EmulatorError('IMAGE_UNSUPPORTED', `ADD must name a file of the image's folder, got: ${archive}`);
    for await (const entry of openArchive(join(context, archive))) {
      const { header } = entry;
      entry.resume();
      const path = posix.join(destination, header.name);
      const link = below(LIBRECHAT_IN_IMAGE, path);
      // `filesOfImage` handles the adapter's files.
      if (header.type === 'directory' || (header.type === 'file' && link === undefined)) continue;
      const target = header.type === 'symlink' ? below('/tmp', header.linkname!) : undefined;
      if (link === undefined || target === undefined) {
        throw new EmulatorError('IMAGE_UNSUPPORTED', `archives in ADD must contain only links from ${LIBRECHAT_IN_IMAGE} to /tmp, got: ${path}`);
      }
      links[link] = target;
    }
  }
  return { folder: librechat, links };
}

function below(folder: string, path: string): string | undefined {
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}

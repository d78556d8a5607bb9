import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { instructionsIn, LIBRECHAT_IN_IMAGE } from './image';
import { openArchive } from './image-files';
import { EmulatorError } from '../../core/errors';

/** A folder of the image with the symbolic links in it that lead to the temporary folder. */
export interface LinkedFolder {
  /** Where the folder is on this machine. */
  readonly folder: string;
  /** The links as paths below the folder, and where each leads to, as a path below the temporary folder. */
  readonly links: Readonly<Record<string, string>>;
}

/** The links that the Dockerfile adds to LibreChat's folder, out of the archives that its `ADD` instructions unpack. */
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
      // The adapter's files are for `filesOfImage`.
      if (header.type === 'directory' || (header.type === 'file' && link === undefined)) continue;
      const target = header.type === 'symlink' ? below('/tmp', header.linkname!) : undefined;
      if (link === undefined || target === undefined) {
        throw new EmulatorError('IMAGE_UNSUPPORTED', `what ADD unpacks must be links from ${LIBRECHAT_IN_IMAGE} to /tmp, got: ${path}`);
      }
      links[link] = target;
    }
  }
  return { folder: librechat, links };
}

function below(folder: string, path: string): string | undefined {
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}

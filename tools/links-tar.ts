import { dirname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { LINKS } from '../runtime/worker/start/folders';

/** The same bytes whenever it is made. */
const mtime = new Date(0);

/**
 * The archive with the image's symbolic links. A package from npm can hold no link, and `RUN ln` would need a machine
 * of the image's own architecture; an archive that a Dockerfile adds is unpacked by the builder.
 */
export function linksTar(): Promise<Buffer> {
  const archive = pack();
  for (const [link, target] of Object.entries(LINKS)) {
    // The one folder on the way that LibreChat's image lacks.
    if (link.startsWith('app/client/public/')) archive.entry({ name: `${dirname(link)}/`, type: 'directory', mode: 0o755, mtime });
    archive.entry({ name: link, type: 'symlink', linkname: `/tmp/${target}`, mode: 0o777, mtime });
  }
  archive.finalize();
  return buffer(archive);
}

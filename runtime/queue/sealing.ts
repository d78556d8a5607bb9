import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PROTOCOL = 'librechat-queue-1';

/** Seals the data of one direction. Each frame has its own number. */
export interface Sealer {
  seal(number: number, ...parts: Buffer[]): Buffer;
  /** Undefined if the data was sealed with another key or number, or was modified. */
  open(number: number, sealed: Buffer): Buffer | undefined;
}

/** Numbers of the parts that a relay seals with a request's key. */
export const REQUEST_PARTS = { head: 0, inlineBody: 1, largeBody: 2 } as const;

/** Derives a key per request, direction and attempt from one secret, so that no nonce is used twice. */
export class Sealing {
  public constructor(private readonly secret: Buffer) {
    if (secret.length < 32) throw new Error(`the sealing secret must have 32 bytes or more, got: ${secret.length}`);
  }

  public request(id: string): Sealer {
    return this.sealer(['request', id]);
  }

  public response(id: string, attempt: string): Sealer {
    return this.sealer(['response', id, attempt]);
  }

  private sealer(parts: string[]): Sealer {
    const key = createHmac('sha256', this.secret).update(JSON.stringify([PROTOCOL, ...parts])).digest();
    return { seal: (number, ...data) => seal(key, number, data), open: (number, sealed) => open(key, number, sealed) };
  }
}

function seal(key: Buffer, number: number, parts: Buffer[]): Buffer {
  const cipher = createCipheriv(ALGORITHM, key, nonceOf(number));
  return Buffer.concat([...parts.map((part) => cipher.update(part)), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Buffer, number: number, sealed: Buffer): Buffer | undefined {
  if (sealed.length < TAG_BYTES) return undefined;
  const decipher = createDecipheriv(ALGORITHM, key, nonceOf(number), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const data = decipher.update(sealed.subarray(0, -TAG_BYTES));
  try {
    decipher.final();
    return data;
  } catch {
    return undefined;
  }
}

function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeBigUInt64BE(BigInt(number), NONCE_BYTES - 8);
  return nonce;
}

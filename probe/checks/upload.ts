import { createHash } from 'node:crypto';
import { type Check, verdictOf, verdict } from '../check';

const RULE = 'an upload of 4 MB arrives complete';
const SIZE = 4_000_000;

/** Near Lambda's maximum, with bytes that change if they are treated as text. */
export const upload: Check = {
  needsUser: true,
  rules: [RULE],
  run: async ({ client }) => [await verdictOf(RULE, async () => {
    const content = Buffer.from(Uint8Array.from({ length: SIZE }, (_, index) => (index * 31 + Math.floor(index / 256)) % 256));
    const { file_id: id, bytes } = await client.upload('probe.txt', 'text/plain', content);
    const stored = await client.download(id);
    const same = hash(stored) === hash(content);
    return verdict(RULE, same && bytes === SIZE, `${bytes} bytes stored, ${stored.length} read back${same ? '' : ', with differences'}`);
  })],
};

const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

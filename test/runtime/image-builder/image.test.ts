import { ImageNotFoundException, type ECRClient } from '@aws-sdk/client-ecr';
import { sha256Of } from '../../../runtime/image-builder/image';

const IMAGE = { project: 'project', registry: '123456789012', repository: 'librechat', tag: 'tag-1' };
const DIGEST = '0a'.repeat(32);

/** A client of ECR with one response. */
function ecr(respond: () => unknown): ECRClient {
  return { send: async () => respond() } as unknown as ECRClient;
}

test('an image has the digest of the registry, without its algorithm', async () => {
  await expect(sha256Of(IMAGE, ecr(() => ({ imageDetails: [{ imageDigest: `sha256:${DIGEST}` }] })))).resolves.toBe(DIGEST);
});

test.each([
  ['an empty list', () => ({ imageDetails: [] })],
  ['no list', () => ({})],
  ['an image without a digest', () => ({ imageDetails: [{}] })],
  ['ImageNotFoundException', () => { throw new ImageNotFoundException({ $metadata: {}, message: 'not there' }); }],
])('%s means that there is no image', async (_what, respond) => {
  await expect(sha256Of(IMAGE, ecr(respond))).resolves.toBeUndefined();
});

test('other errors are thrown', async () => {
  await expect(sha256Of(IMAGE, ecr(() => { throw new Error('throttled'); }))).rejects.toThrow('throttled');
});

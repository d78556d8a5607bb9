import { Redis } from 'ioredis';
import { Deployment, post } from './kit/queues';
import { startRedis, type TestRedis } from '../../../fixtures/runtime/redis';
import { until } from '../../../fixtures/runtime/until';
import { scaledSettings } from '../../../runtime/queue';
import { describeWith } from '../../requires';

jest.setTimeout(300_000);

const UPLOADS = 200;
const UPLOAD = Buffer.alloc(4.4 * 1024 * 1024, 7);
const SESSIONS = Array.from({ length: 1_000 }, (_, session) => `session:${session}`);
/** Of the 0.5 GiB of a cache.t4g.micro, ElastiCache reserves a quarter. */
const MAX_MEMORY = ['maxmemory 384mb', 'maxmemory-policy volatile-lru'];

describeWith('redis-server')('uploads that wait for a worker', () => {
  let redis: TestRedis;
  let admin: Redis;
  let deployment: Deployment;

  beforeEach(async () => {
    redis = await startRedis(MAX_MEMORY);
    admin = new Redis(redis.uri);
    for (const key of SESSIONS) await admin.set(key, 'x'.repeat(500), 'EX', 3600);
  });
  afterEach(async () => {
    await deployment.dispose();
    admin.disconnect();
    await redis.dispose();
  });

  const evicted = async () => Number(/evicted_keys:(\d+)/.exec(await admin.info('stats'))![1]);

  test('leave LibreChat\'s keys in the smallest Redis', async () => {
    deployment = new Deployment(redis.uri, scaledSettings(1));
    const leaving = Array.from({ length: UPLOADS }, () => new AbortController());
    const outcomes = leaving.map(({ signal }) => deployment.relay().submit(post('/api/files', UPLOAD.length), UPLOAD, { signal }));
    await until(async () => await admin.zcard(`${deployment.base}waiting`) === UPLOADS);
    expect(await evicted()).toBe(0);
    expect(await admin.exists(...SESSIONS)).toBe(SESSIONS.length);
    leaving.forEach((each) => each.abort());
    await Promise.all(outcomes);
  });
});

import { Deployment } from './queues';
import { startRedis, type TestRedis } from '../../../../fixtures/runtime/redis';

/** A Redis for the tests of a file, with a separate deployment for each test. */
export function useDeployment(opened: (deployment: Deployment, redis: TestRedis) => void): void {
  let redis: TestRedis;
  let deployment: Deployment;
  beforeAll(async () => { redis = await startRedis(); });
  afterAll(async () => { await redis.dispose(); });
  beforeEach(() => {
    deployment = new Deployment(redis.uri);
    opened(deployment, redis);
  });
  afterEach(async () => { await deployment.dispose(); });
}

import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificates, type Certificates } from '../../../emulator/core/certificates';
import { MongoServer } from '../../../emulator/services/documentdb/server';
import { startRedis, type RunningRedis } from '../../../emulator/services/elasticache';
import { EmulatedAws } from '../../../fixtures/runtime/aws';
import { ImageBuilder, lambdaCommand } from '../../../fixtures/runtime/image';
import { SEALING, WorkerFunction } from '../../../fixtures/runtime/worker-function';
import { describeWith, ROOT } from '../../requires';

jest.setTimeout(240_000);

const ADAPTER_FOLDER = 'opt/librechat-serverless';

describeWith('buildah', 'bwrap', 'setpriv', ROOT)('the image', () => {
  let builder: ImageBuilder;
  let root: string;
  let folder: string;
  let certificates: Certificates;
  let redis: RunningRedis;
  let mongo: MongoServer;

  beforeAll(async () => {
    builder = new ImageBuilder();
    await builder.buildBase('localhost/librechat:test');
    await builder.buildImage('localhost/image:test', 'localhost/librechat:test');
    root = builder.mount('localhost/image:test');
    folder = mkdtempSync(join(tmpdir(), 'image-test-certificates-'));
    chmodSync(folder, 0o755);
    certificates = await makeCertificates(folder);
    redis = await startRedis({ tls: certificates });
    // The image has no /etc/hosts.
    mongo = await MongoServer.start({ dialect: 'mongodb', host: '127.0.0.1' });
  });

  afterAll(async () => {
    await Promise.all([redis.dispose(), mongo.dispose()]);
    rmSync(folder, { recursive: true, force: true });
    builder.dispose();
  });

  /** Runs a piece of JavaScript in the image as Lambda would. */
  const runInside = (script: string) => execFileSync('setpriv', lambdaCommand(root, '/app/api', ['node', '-e', script]).slice(1), {
    encoding: 'utf8', env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
  }).trim();

  test('it starts the adapter in LibreChat\'s folder', () => {
    expect(builder.config('localhost/image:test')).toMatchObject({
      Entrypoint: ['node', '/opt/librechat-serverless/adapter.js'], Cmd: ['serve'], WorkingDir: '/app/api',
    });
  });

  test('LibreChat\'s own files are as they were', () => {
    expect(statSync(join(root, 'app')).mode % 0o1000).toBe(0o755);
    expect(readdirSync(join(root, 'app/api/server'))).toEqual(['index.js']);
    expect(readdirSync(join(root, 'app/client/dist'))).toContain('index.html');
  });

  test('all users can read the added files', () => {
    for (const path of ['', 'adapter.js']) expect(statSync(join(root, ADAPTER_FOLDER, path)).mode % 0o1000).toBe(0o755);
    expect(statSync(join(root, ADAPTER_FOLDER, 'documentdb-ca.pem')).mode % 0o1000).toBe(0o644);
  });

  test('it holds the certificates of DocumentDB\'s authorities', () => {
    const pem = readFileSync(join(root, ADAPTER_FOLDER, 'documentdb-ca.pem'), 'utf8');
    const subjects = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)!.map((one) => new X509Certificate(one).subject);
    for (const region of ['us-east-1', 'eu-central-1', 'ap-southeast-2']) {
      expect(subjects.some((subject) => subject.includes(`Amazon RDS ${region} Root CA RSA2048 G1`))).toBe(true);
    }
  });

  test('on Lambda, only /tmp is writable', () => {
    const script = 'try { fs.writeFileSync("/app/api/x", ""); } catch ({ code }) { console.log(process.getuid(), code) }';
    expect(runInside(script)).toMatch(/^993 (?:EROFS|EACCES)$/);
  });

  test.each([
    ['/app/uploads', '/tmp/librechat/uploads'],
    ['/app/client/public/images', '/tmp/librechat/images'],
    ['/app/api/data', '/tmp/librechat/data'],
  ])('LibreChat\'s files in %s are written to %s', (link, target) => {
    const script = `fs.mkdirSync("${target}", { recursive: true }); fs.writeFileSync("${link}/x", "y"); console.log(fs.readFileSync("${target}/x", "utf8"))`;
    expect(runInside(script)).toBe('y');
  });

  test('it serves LibreChat as a Lambda environment', async () => {
    const { Entrypoint, Cmd, WorkingDir } = builder.config('localhost/image:test');
    const aws = new EmulatedAws();
    await aws.start();
    const worker = new WorkerFunction({ image: '', adapter: '', api: '/', dispose: () => undefined }, {
      command: lambdaCommand(root, WorkingDir, [...Entrypoint, ...Cmd], { '/tmp/redis-ca.pem': certificates.caFile }),
      redisUri: `rediss://127.0.0.1:${redis.port}`,
      redisCa: readFileSync(certificates.caFile, 'utf8'),
      awsUrl: aws.url,
      sealingSecretArn: aws.services.secretsManager.create('sealing', SEALING).arn,
      credentials: aws.role.credentials,
      environment: {
        MONGO_URI: mongo.uri,
        USE_REDIS: 'true',
        REDIS_CA: '/tmp/redis-ca.pem',
        NODE_EXTRA_CA_CERTS: '/tmp/redis-ca.pem',
        CREDS_KEY: 'a'.repeat(64),
        TMPDIR: '/tmp',
      },
    });
    try {
      expect(await worker.send({ path: '/health' })).toMatchObject({ statusCode: 200, body: 'OK' });
      await worker.adapter.idle();
      expect(worker.adapter.state).toBe('frozen');
      expect(await worker.send({ path: '/api/unknown' })).toMatchObject({ statusCode: 404 });
    } finally {
      await worker.dispose();
      await aws.dispose();
    }
  });

  test('it builds for the other architecture without emulation', async () => {
    const other = process.arch === 'arm64' ? 'amd64' : 'arm64';
    await builder.buildBase('localhost/librechat:other', `linux/${other}`);
    await builder.buildImage('localhost/image:other', 'localhost/librechat:other', `linux/${other}`);
    expect(builder.config('localhost/image:other').architecture).toBe(other);
    expect(readFileSync('runtime/image/Dockerfile', 'utf8')).not.toMatch(/^\s*RUN\b/m);
  });
});

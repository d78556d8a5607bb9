import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readAssembly, type SynthesizedStack } from './assembly/assembly';
import { publishFiles } from './assembly/publish-files';
import { newStackId, Stack } from './cloudformation/stack';
import { makeCertificates, type Certificates } from './core/certificates';
import { Cloud } from './core/cloud';
import { EmulatorError } from './core/errors';
import { EventStream, type TimedEvent } from './core/events';
import { importBucket, importSecret } from './external-resources';
import type { EmulatorOptions } from './options';
import { AwsServer } from './services/aws-server';
import { EdgeServer } from './services/cloudfront/edge-server';
import type { InvokeResult } from './services/lambda/event-queue';
import type { LambdaFunction } from './services/lambda/lambda-function';
import { requireBubblewrap } from './services/lambda/sandbox';
import type { FunctionUsage } from './services/lambda/usage';
import { Services } from './services/services';

export { EmulatorError } from './core/errors';
export type { EmulatorOptions } from './options';

const STAND_IN = join(__dirname, '../build/stand-in');

/** Emulated AWS services for one synthesized stack, on loopback. */
export class Emulator {
  /**
   * Deploys the stack and serves its distribution.
   *
   * @param listener receives all events, from the first one on
   * @throws EmulatorError with a code from a closed list; nothing remains running then
   */
  public static async start(options: EmulatorOptions, listener?: (event: TimedEvent) => void): Promise<Emulator> {
    const given = withDefaults(options);
    const events = new EventStream();
    if (listener) events.subscribe(listener);
    const stack = readAssembly(given.assembly, given.stack);
    const cloud = new Cloud(events, given.timeScale, stack.environment);
    const services = new Services(cloud, given.concurrencyQuota);
    try {
      const certificates = await makeCertificates(cloud.folder, given.trustedAuthorities);
      const deployed = await deploy(services, stack, certificates, given);
      const distribution = services.cloudFront.distributions[0]
        ?? missing('a distribution');
      const edge = new EdgeServer(distribution, services.cloudFront.publicHosts, events, { tls: given.tls ? certificates : undefined });
      cloud.onDispose(() => edge.close());
      services.cloudFront.localUrl = await edge.open(given.port);
      return new Emulator(services.cloudFront.localUrl, stack.name, certificates.ca, services, deployed, given);
    } catch (error) {
      await cloud.dispose();
      throw error;
    }
  }

  private constructor(
    /** URL of the distribution, such as http://localhost:8080. */
    public readonly url: string,
    public readonly stackName: string,
    /** CA certificate of the HTTPS listener, in PEM. */
    public readonly certificateAuthority: string,
    /** The services of the emulated account. */
    public readonly services: Services,
    private readonly stack: Stack,
    private readonly options: EmulatorOptions,
  ) {}

  public get outputs(): Readonly<Record<string, string>> {
    return this.stack.outputs();
  }

  public get events(): EventStream {
    return this.services.cloud.events;
  }

  /** The functions that the emulator can run, by logical id. */
  public get functions(): ReadonlyMap<string, LambdaFunction> {
    const running = [...this.services.lambda.functions.values()].filter(({ lambda }) => lambda);
    return new Map(running.map(({ logicalId, lambda }) => [logicalId, lambda!]));
  }

  /**
   * Fires a scheduled rule, or a schedule of EventBridge Scheduler, now. Resolves to the results of its targets.
   *
   * @throws Error if the rule does not exist, or may not invoke a target
   */
  public fire(logicalId: string): Promise<InvokeResult[]> {
    return this.services.eventBridge.fire(logicalId);
  }

  /**
   * Updates the running stack to another assembly: functions, their versions, permissions and custom resources. Running invocations keep
   * the code that they started with. A failed update is rolled back.
   *
   * @param options options that differ from those at the start, such as `librechat`
   * @throws EmulatorError if the update of a resource fails or is not supported
   */
  public async update(options: Pick<EmulatorOptions, 'assembly'> & Partial<EmulatorOptions>): Promise<void> {
    const given = withDefaults({ ...this.options, ...options });
    const stack = readAssembly(given.assembly, given.stack);
    const { account, region } = this.services.cloud;
    if (stack.environment.account !== account || stack.environment.region !== region) {
      throw new EmulatorError('OPTION_INVALID', `an update must stay in account ${account} and region ${region}, got: `
        + `${stack.environment.account} and ${stack.environment.region}`);
    }
    publishFiles(this.services.cloud, this.services.s3, stack.files);
    await this.stack.update({ stack, options: given });
  }

  /** The billable usage of the functions so far. */
  public usage(): FunctionUsage[] {
    return this.services.lambda.usage();
  }

  /** Stops the emulator: no process, socket or temporary file remains when this resolves. */
  public async dispose(): Promise<void> {
    await this.services.cloud.dispose();
  }
}

async function deploy(
  services: Services, stack: SynthesizedStack, certificates: Certificates, options: EmulatorOptions,
): Promise<Stack> {
  for (const [name, value] of Object.entries(options.secrets ?? {})) importSecret(services, name, value);
  for (const [name, folder] of Object.entries(options.buckets ?? {})) importBucket(services.s3, name, folder);
  for (const name of options.repositories ?? []) services.ecr.create(name);
  const { cloud } = services;
  const aws = new AwsServer(services);
  await aws.start();
  publishFiles(cloud, services.s3, stack.files);
  const deployment = new Stack({ cloud, services, stack, stackId: newStackId(cloud, stack.name), aws, certificates, options });
  await deployment.deploy();
  services.eventBridge.start();
  return deployment;
}

function withDefaults(options: EmulatorOptions): EmulatorOptions {
  const librechat = options.librechat ?? STAND_IN;
  if (!existsSync(join(librechat, 'api/server/index.js')) || !existsSync(join(librechat, 'client/dist'))) {
    throw new EmulatorError('OPTION_INVALID', '`librechat` must be a folder with api/server/index.js and client/dist, got: '
      + `${librechat}${options.librechat ? '' : ' (`npx projen bundle` builds it)'}`);
  }
  if (options.sandbox === 'bubblewrap') requireBubblewrap();
  const { timeScale = 1, port } = options;
  if (!(timeScale > 0)) throw new EmulatorError('OPTION_INVALID', `\`timeScale\` must be a positive number, got: ${timeScale}`);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new EmulatorError('OPTION_INVALID', `\`port\` must be a whole number from 0 to 65535, got: ${port}`);
  }
  const { invocationLatencyMs = 0, concurrencyQuota = 1 } = options;
  if (!(invocationLatencyMs >= 0)) {
    throw new EmulatorError('OPTION_INVALID', `\`invocationLatencyMs\` must be a number of at least 0, got: ${invocationLatencyMs}`);
  }
  if (!(Number.isInteger(concurrencyQuota) && concurrencyQuota > 0)) {
    throw new EmulatorError('OPTION_INVALID', `\`concurrencyQuota\` must be a whole number of at least 1, got: ${concurrencyQuota}`);
  }
  return { ...options, librechat };
}

function missing(what: string): never {
  throw new EmulatorError('ASSEMBLY_UNREADABLE', `the stack must contain ${what}`);
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readAssembly, type SynthesizedStack } from './assembly/assembly';
import { publishFiles } from './assembly/publish-files';
import { newStackId, Stack } from './cloudformation/stack';
import { makeCertificates } from './core/certificates';
import { Cloud } from './core/cloud';
import { EmulatorError } from './core/errors';
import { EventStream, type TimedEvent } from './core/events';
import { bringBucket, bringSecret } from './external-resources';
import type { EmulatorOptions } from './options';
import { AwsServer } from './services/aws-server';
import { FrontDoor } from './services/cloudfront/front-door';
import type { LambdaFunction } from './services/lambda/lambda-function';

export { EmulatorError } from './core/errors';
export type { EmulatorOptions } from './options';

const STAND_IN = join(__dirname, '../build/stand-in');

/** The AWS of one synthesized stack, on loopback of this machine. */
export class Emulator {
  /**
   * Deploys the stack and opens its distribution to viewers.
   *
   * @param listener gets every event from the first one on
   * @throws EmulatorError with a reason from a closed list; nothing is left running then
   */
  public static async start(options: EmulatorOptions, listener?: (event: TimedEvent) => void): Promise<Emulator> {
    const given = withDefaults(options);
    const events = new EventStream();
    if (listener) events.subscribe(listener);
    const cloud = new Cloud(events, given.timeScale);
    try {
      const stack = readAssembly(given.assembly, given.stack);
      const outputs = await deploy(cloud, stack, given);
      const distribution = cloud.distributions[0]
        ?? missing('a distribution');
      const door = new FrontDoor(distribution, cloud.publicHosts, events);
      cloud.onDispose(() => door.close());
      return new Emulator(await door.open(given.port), stack.name, outputs, cloud);
    } catch (error) {
      await cloud.dispose();
      throw error;
    }
  }

  private constructor(
    /** Where the distribution is found, such as http://localhost:8080. */
    public readonly url: string,
    public readonly stackName: string,
    public readonly outputs: Readonly<Record<string, string>>,
    /** The played account, to look at. */
    public readonly cloud: Cloud,
  ) {}

  public get events(): EventStream {
    return this.cloud.events;
  }

  /** The functions that run, by logical id. */
  public get functions(): ReadonlyMap<string, LambdaFunction> {
    const running = [...this.cloud.functions.values()].filter(({ lambda }) => lambda);
    return new Map(running.map(({ logicalId, lambda }) => [logicalId, lambda!]));
  }

  /** Ends it: no process, socket or temporary file is left when this resolves. */
  public async dispose(): Promise<void> {
    await this.cloud.dispose();
  }
}

async function deploy(cloud: Cloud, stack: SynthesizedStack, options: EmulatorOptions): Promise<Record<string, string>> {
  for (const [name, value] of Object.entries(options.secrets ?? {})) bringSecret(cloud, name, value);
  for (const [name, folder] of Object.entries(options.buckets ?? {})) bringBucket(cloud, name, folder);
  for (const name of options.repositories ?? []) cloud.repositories.create(name);
  const certificates = await makeCertificates(cloud.folder);
  const aws = new AwsServer(cloud);
  await aws.start();
  publishFiles(cloud, stack.files);
  const deployment = new Stack({ cloud, stack, stackId: newStackId(cloud, stack.name), aws, certificates, options });
  await deployment.deploy();
  return deployment.outputs();
}

function withDefaults(options: EmulatorOptions): EmulatorOptions {
  const librechat = options.librechat ?? STAND_IN;
  if (!existsSync(join(librechat, 'api/server/index.js')) || !existsSync(join(librechat, 'client/dist'))) {
    throw new EmulatorError('OPTION_INVALID', '`librechat` must be a folder with api/server/index.js and client/dist, got: '
      + `${librechat}${options.librechat ? '' : ' (`npx projen bundle` builds it)'}`);
  }
  const { timeScale = 1, port } = options;
  if (!(timeScale > 0)) throw new EmulatorError('OPTION_INVALID', `\`timeScale\` must be a positive number, got: ${timeScale}`);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new EmulatorError('OPTION_INVALID', `\`port\` must be a whole number from 0 to 65535, got: ${port}`);
  }
  return { ...options, librechat };
}

function missing(what: string): never {
  throw new EmulatorError('ASSEMBLY_UNREADABLE', `the stack must hold ${what}`);
}

import { newStackId, Stack } from '../../emulator/cloudformation/stack';
import type { Template } from '../../emulator/cloudformation/template';
import type { Certificates } from '../../emulator/core/certificates';
import type { EmulatorOptions } from '../../emulator/options';
import { AwsServer } from '../../emulator/services/aws-server';
import type { Services } from '../../emulator/services/services';

interface Options extends Partial<EmulatorOptions> {
  readonly name?: string;
  /** Of `redis-server`. */
  readonly certificates?: Certificates;
}

const NO_CERTIFICATES: Certificates = { cert: '', key: '', ca: '', caFile: '' };

/** Deploys a template without an assembly. Its processes end with the cloud. */
export async function deploy(
  services: Services, template: Template, { name = 'S', certificates = NO_CERTIFICATES, ...options }: Options = {},
): Promise<Stack> {
  const aws = new AwsServer(services);
  await aws.start();
  const stack = new Stack({
    cloud: services.cloud,
    services,
    aws,
    stack: { name, environment: services.cloud, template, files: [], images: [] },
    stackId: newStackId(services.cloud, name),
    certificates,
    options: { assembly: '', librechat: '/', ...options },
  });
  await stack.deploy();
  return stack;
}

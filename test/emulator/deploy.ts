import { Stack } from '../../emulator/cloudformation/stack';
import type { Template } from '../../emulator/cloudformation/template';
import { AwsServer } from '../../emulator/services/aws-server';
import type { Services } from '../../emulator/services/services';

/** Deploys a template by itself, without an assembly; what it starts ends with the cloud. */
export async function deploy(services: Services, template: Template, parameters?: Record<string, string>): Promise<Stack> {
  const aws = new AwsServer(services);
  await aws.start();
  const stack = new Stack({
    cloud: services.cloud,
    services,
    aws,
    stack: { name: 'S', environment: services.cloud, template, files: [], images: [] },
    stackId: 'arn:stack',
    certificates: { cert: '', key: '', ca: '', caFile: '' },
    options: { assembly: '', librechat: '/', parameters },
  });
  await stack.deploy();
  return stack;
}
